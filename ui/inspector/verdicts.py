"""What is said of a stream as a whole: whether QEMU loads it, and which releases of it do."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.inspect import verify
from snapmgr.inspect.model import Severity
from ui.models.problem_table import worst
from ui.models.texts import sentence
from ui.words import listed, tr


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the chip says: word, tone, icon, and the sentences behind it."""

    text: str
    tone: str
    icon: str
    about: str


def verdict(judged: verify.Verdict, *, complete: bool = True) -> Verdict:
    """Whether QEMU loads the stream, as far as it was read."""
    found = worst(judged.problems)
    loads = loading(judged)
    if judged.built_in and _breaks_off(judged):
        about = tr("The demo machine has not sent all of it: it is still on its way, or the migration was broken off")
        #: Said of a stream of the demo machine that is not whole
        return Verdict(tr("not whole"), "warn", "warning-fill", about)
    if not loads:
        waits = verify.REFUSES not in judged.by_version.values()
        about = tr("QEMU waits for more than a file can bring") if waits else tr("QEMU refuses this stream")
        #: Said of a stream: QEMU would not load it
        return Verdict(tr("does not load"), "danger", "x-circle-fill", about)
    if not complete:
        about = tr("Reading was stopped: what was read can be looked at")
        return Verdict(tr("read in part"), "neutral", "prohibit", about)
    if judged.built_in and found is not Severity.WARNING:
        #: Said of a stream; the demo machine is the one that is built in
        return Verdict(tr("loads in the demo machine"), "ok", "check-circle-fill", expected(judged))
    if len(loads) < len(judged.by_version):
        #: Said of a stream; {versions} are releases of QEMU, as 10.0 and 11.1
        said = tr("loads in {versions}", versions=listed(loads))
        mark = ("warn", "warning-fill") if found is Severity.WARNING else ("ok", "check-circle-fill")
        return Verdict(said, *mark, "\n".join([_should_load(loads), *why_not(judged)]))
    if found is Severity.WARNING:
        about = tr("QEMU loads this stream, but something in it is wrong")
        return Verdict(tr("damaged"), "warn", "warning-fill", about)
    about = tr("Nothing in this stream keeps QEMU {versions} from loading it", versions=listed(loads))
    #: Said of a stream: QEMU would load it
    return Verdict(tr("loads"), "ok", "check-circle-fill", about)


def _breaks_off(judged: verify.Verdict) -> bool:
    """Whether nothing is wrong but that it ends early."""
    wrong = [problem for problem in judged.problems if problem.severity is Severity.ERROR]
    return bool(wrong) and all(problem.code == "truncated" for problem in wrong)


def loading(judged: verify.Verdict) -> list[str]:
    """The releases of QEMU that load it; none where all of them do and an error was found, as one has to be mended."""
    loads = [version for version, word in judged.by_version.items() if word == verify.LOADS]
    if len(loads) == len(judged.by_version) and worst(judged.problems) is Severity.ERROR:
        return []
    return loads


def expected(judged: verify.Verdict) -> str:
    """What the releases would do: a sentence about those that load it, and one for each reason of the others."""
    if judged.built_in:
        return tr("The demo machine should load this stream. No QEMU has a machine of its type.")
    return "\n".join([_should_load(loading(judged)), *why_not(judged)])


def _should_load(loads: list[str]) -> str:
    return tr("QEMU {versions} should load this stream.", versions=listed(loads))


def why_not(judged: verify.Verdict) -> list[str]:
    """Who refuses it, or waits for ever, and at what, one line per reason."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for version, word in judged.by_version.items():
        if word != verify.LOADS:
            stops = [problem for problem in judged.problems if verify.refuses(problem, version)]
            reasons.setdefault((word, stops[0].message if stops else ""), []).append(version)
    lines = []
    for (word, message), versions in reasons.items():
        who = tr("Refused by QEMU {versions}", versions=listed(versions))
        if word == verify.WAITS:
            who = tr("Waited upon for ever by QEMU {versions}", versions=listed(versions))
        lines.append(tr("{who}: {reason}", who=who, reason=sentence(message)) if message else who)
    return lines
