"""Completion as it happens: a real bash at a terminal, keys in, the words that the program would get out."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapmgr.cli.bash import quoted, split_line
from snapmgr.cli.complete import _Deadline, _ways
from snapmgr.errors import Cancelled
from tests import corpus

PATIENCE = 20.0
HOME_KEY = b"\x01"  # Ctrl+A
START = """\
bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; bind 'set show-all-if-ambiguous on'
show() { printf '<%s>' "${@:2}"; echo '<end>'; }
eval "$(snapctl completion bash)"
PS1='rea''dy> '
"""


class Shell:
    """An interactive bash in ``folder`` that knows ``snapctl``."""

    def __init__(self, folder: Path, terminal: int) -> None:
        self.folder = folder
        self._terminal = terminal
        for line in START.splitlines():
            os.write(self._terminal, line.encode() + b"\r")
        self._until("ready> ")

    def completed(self, line: str) -> list[str]:
        """The words behind ``snapctl`` after Tab was pressed at the end of ``line``."""
        said = self.after(f"snapctl {line}\t".encode() + HOME_KEY + b"show \r")
        return said[said.rindex("\n<") + 2 : -len("><end>")].split("><")

    def after(self, keys: bytes) -> str:
        """What stands on the screen when ``show`` has run; a line that never ends is given up."""
        os.write(self._terminal, keys)
        try:
            return self._until("<end>")
        except BaseException:
            os.write(self._terminal, b"\x03")
            raise

    def _until(self, mark: str) -> str:
        said, end = b"", time.monotonic() + PATIENCE
        while mark.encode() not in said:
            assert select.select([self._terminal], [], [], end - time.monotonic())[0], said.decode(errors="replace")
            said += os.read(self._terminal, 4096)
        return said.decode().split(mark)[0] + mark


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    bash = shutil.which("bash")
    assert bash is not None
    folder = tmp_path_factory.mktemp("bash")
    for case, image in (("names-odd", "odd.qcow2"), ("vm-hmp-72", "vm.qcow2"), ("names-odd", "two words.qcow2")):
        next(iter(corpus.unpack_image(case, folder).values())).replace(folder / image)
    (folder / "guest.mig").write_bytes(corpus.stream_bytes("tiny.v72"))
    program = folder / "bin" / "snapctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m snapmgr.cli "$@"\n')
    program.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "COLUMNS": "1000",
        "HOME": str(folder),
    }
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [bash, "--norc", "--noprofile", "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield Shell(folder, ours)
        finally:
            process.kill()
            os.close(ours)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("verif", ["verify"]),
        ("inspect gue", ["inspect", "guest.mig"]),
        ("inspect vm.qcow2@wo", ["inspect", "vm.qcow2@work"]),
        ("inspect ./vm.qcow2@wo", ["inspect", "./vm.qcow2@work"]),
        ("inspect ~/vm.qcow2@wo", ["inspect", "{}/vm.qcow2@work"]),
        ("inspect vm.qcow2@id:", ["inspect", "vm.qcow2@id:"]),
        ("inspect odd.qcow2@id:14", ["inspect", "odd.qcow2@id:14"]),
        ("inspect vm.qcow2@name:b", ["inspect", "vm.qcow2@name:boot"]),
        ("inspect odd.qcow2@two", ["inspect", "odd.qcow2@two words"]),
        ("inspect odd.qcow2@two\\ w", ["inspect", "odd.qcow2@two words"]),
        ("inspect 'odd.qcow2@two w", ["inspect", "odd.qcow2@two words"]),
        ('inspect "odd.qcow2@two w', ["inspect", "odd.qcow2@two words"]),
        ("inspect odd.qcow2@comma,equals=", ["inspect", "odd.qcow2@comma,equals=x"]),
        ("inspect odd.qcow2@quo", ["inspect", "odd.qcow2@quote'\"\\"]),
        ("inspect 'odd.qcow2@quo", ["inspect", "odd.qcow2@quote'\"\\"]),
        ('inspect "odd.qcow2@quo', ["inspect", "odd.qcow2@quote'\"\\"]),
        ("inspect odd.qcow2@tab", ["inspect", "odd.qcow2@tab\there"]),
        ("inspect odd.qcow2@сним", ["inspect", "odd.qcow2@снимок-日本語-🙂"]),
        ("inspect two\\ words.qcow2@00", ["inspect", "two words.qcow2@007"]),
        ("inspect 'two words.qcow2@00", ["inspect", "two words.qcow2@007"]),
        ("inspect guest.mig@", ["inspect", "guest.mig@"]),
        ("snapshot export vm.qcow2 wo", ["snapshot", "export", "vm.qcow2", "work"]),
        ("snapshot note vm.qcow2 wo", ["snapshot", "note", "vm.qcow2", "work"]),
        ("snapshot export odd.qcow2 two", ["snapshot", "export", "odd.qcow2", "two words"]),
        ("snapshot export vm.qcow2 id:3", ["snapshot", "export", "vm.qcow2", "id:3"]),
        ("ram guest.mig --block pc.ra", ["ram", "guest.mig", "--block", "pc.ram"]),
        ("ram guest.mig --block=pc.ra", ["ram", "guest.mig", "--block=pc.ram"]),
        ("ram vm.qcow2@work --block pc.ra", ["ram", "vm.qcow2@work", "--block", "pc.ram"]),
        ("devices guest.mig --section cpu_c", ["devices", "guest.mig", "--section", "cpu_common (0)"]),
        ("devices guest.mig --section 'cpu_c", ["devices", "guest.mig", "--section", "cpu_common (0)"]),
        ("devices --format=ana", ["devices", "--format=analyze"]),
    ],
)
def test_tab(shell: Shell, line: str, words: list[str]) -> None:
    assert shell.completed(line) == [word.replace("{}", str(shell.folder)) for word in words]


def test_several_are_shown(shell: Shell) -> None:
    said = shell.after(b"snapctl inspect vm.qcow2@\t" + HOME_KEY + b"show \r")
    assert all(name in said for name in ("boot", "work", "done"))


@pytest.mark.parametrize(
    ("line", "text", "kept", "quote"),
    [
        ("snapctl ", "", 0, ""),
        ("snapctl a@b", "a@b", 1, ""),
        ("snapctl a:b", "a:b", 2, ""),
        ("snapctl a\\@b", "a@b", 0, ""),
        ("snapctl 'a@b' c", "c", 0, ""),
        ("snapctl 'a b@c", "a b@c", 0, "'"),
        ("snapctl x='a b", "x=a b", 2, "'"),
        ('snapctl "a\\$\\n', "a$\\n", 0, '"'),
        ("snapctl '' ", "", 0, ""),
    ],
)
def test_words_are_those_of_the_shell(line: str, text: str, kept: int, quote: str) -> None:
    last = split_line(line)[-1]
    assert (last.text, last.kept, last.quote) == (text, kept, quote)


def test_an_empty_word_counts() -> None:
    assert [word.text for word in split_line("a '' b")] == ["a", "", "b"]


@pytest.mark.parametrize(
    "text",
    ["plain", "a b", "$HOME `x` \\", "it's", '"', "a\nb", b"caf\xe9\x1b".decode("utf-8", "surrogateescape"), "!x ~ *"],
)
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_the_shell_reads_back_what_was_put_in(text: str, quote: str) -> None:
    typed = quoted(text, quote)
    if typed is None:
        assert quote and not text.isprintable()
        return
    script = f"printf %s {quote}{typed}{quote}".encode("utf-8", "surrogateescape")
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert done.stdout == text.encode("utf-8", "surrogateescape")


def test_a_name_that_says_too_little_is_offered_by_its_id() -> None:
    tags = [("1", "once"), ("2", "twice"), ("3", "twice"), ("4", ""), ("5", " "), ("6", "id:1")]
    assert list(_ways(tags, "")) == ["once", "id:2", "id:3", "id:4", "id:5", "id:6"]


def test_nobody_waits_longer_than_that() -> None:
    with pytest.raises(Cancelled):
        _Deadline(-1).check()
    _Deadline(PATIENCE).check()
