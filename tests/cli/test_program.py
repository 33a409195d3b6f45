"""How every call of ``snapctl`` begins and ends."""

from __future__ import annotations

import errno
import subprocess
import sys

import click
import pytest

from snapmgr import __version__
from snapmgr.cli import completion
from snapmgr.cli.lazy import LaterCommand
from snapmgr.cli.output import Exit, error_text, from_os_error
from snapmgr.cli.program import program
from snapmgr.errors import Cancelled, InUse, StreamError
from tests.cli.places import stored
from tests.corpus import ROOT

COMMANDS = [("inspect",), ("devices",), ("ram",), ("verify",), ("convert",), ("completion",)]
COMMANDS += [("snapshot", "list"), ("snapshot", "export"), ("snapshot", "note")]


def test_version(snapctl):
    assert snapctl("--version").text == f"snapctl {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_examples(snapctl, command):
    result = snapctl(*command, "--help")
    assert result.code == 0
    assert f"Usage: snapctl {' '.join(command)}" in result.text
    assert f"  snapctl {' '.join(command)} " in result.text.split("Examples:")[1]


def test_every_command_is_called_as_its_module():
    assert program.commands
    for name, command in program.commands.items():
        assert isinstance(command, LaterCommand) and command.load().name == name


def everything(command, name="snapctl"):
    """Every command under its name."""
    command = command.load() if isinstance(command, LaterCommand) else command
    yield name, command
    for below, one in getattr(command, "commands", {}).items():
        yield from everything(one, f"{name} {below}")


@pytest.mark.parametrize(
    ("name", "command"), list(everything(program)), ids=lambda value: value if isinstance(value, str) else ""
)
def test_help_is_made_of_sentences(name, command):
    """Each option is explained, each explanation is a sentence, and no blank stands twice."""
    for option in command.params:
        text = option.help if isinstance(option, click.Option) else "An argument is explained with its command."
        assert text and text.endswith(".") and "  " not in text, (option.name, text)
    words = (command.help or "").partition("\b")[0]
    assert words and "  " not in words.replace("\n    ", "\n"), words
    for below in getattr(command, "commands", {}).values():
        assert below.short_help and below.short_help[-1] in ".?", below.name


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["nonsense"], ["completion", "bash"]])
def test_only_the_command_that_is_called_is_imported(words):
    code = "import sys; from snapmgr.cli import main; main(); print(*(name for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "snapmgr.cli.program" in loaded
    assert {name for name in program.commands if f"snapmgr.cli.{name}" in loaded} == set(words) & set(program.commands)
    assert not {"numpy", "zstandard", "snapmgr.work"} & loaded


def test_without_a_command_the_help_goes_to_stderr(snapctl):
    result = snapctl()
    assert (result.code, result.out) == (2, b"")
    assert b"Usage: snapctl" in result.err


@pytest.mark.parametrize("words", [["nonsense"], ["inspect"], ["inspect", "a", "b"], ["convert", "a"], ["--nonsense"]])
def test_usage(snapctl, words):
    result = snapctl(*words)
    assert (result.code, result.out) == (2, b"")
    assert b"--help" in result.err
    result = snapctl("--json", *words)
    assert (result.code, result.error["code"]) == (2, "usage")


def test_a_missing_choice_is_said_on_one_line(snapctl):
    said = snapctl("completion").err.decode().splitlines()[0]
    assert said.endswith("Choose from: bash, zsh, fish")


def test_json_is_taken_before_and_after_the_command(snapctl):
    before = snapctl("--json", "inspect", stored("tiny.v72"))
    after = snapctl("inspect", stored("tiny.v72"), "--json")
    assert before.document == after.document


def test_a_missing_file_is_one_clear_error(snapctl, tmp_path):
    result = snapctl("inspect", tmp_path / "nothing.mig", "--json")
    assert result.code == 1
    assert set(result.error) >= {"code", "message", "path", "offset", "hint"}
    assert result.error["path"] == str(tmp_path / "nothing.mig")
    plain = snapctl("inspect", tmp_path / "nothing.mig")
    assert plain.out == b""
    assert plain.err.startswith(b"snapctl: ")


@pytest.mark.parametrize(
    ("raised", "code", "name"),
    [
        (InUse("in-use", "another process has it"), Exit.IN_USE, "in-use"),
        (StreamError("not-a-stream", "no stream", offset=4), Exit.DAMAGED, "not-a-stream"),
        (Cancelled(), Exit.CANCELLED, "cancelled"),
        (KeyboardInterrupt(), Exit.CANCELLED, "cancelled"),
        (OSError(errno.ENOSPC, "No space left on device", "/big"), Exit.FAILED, "disk-full"),
        (PermissionError(errno.EACCES, "Permission denied", "/secret"), Exit.FAILED, "permission-denied"),
    ],
)
def test_what_is_raised_decides_the_exit_code(snapctl, monkeypatch, raised, code, name):
    def fail(*_words, **_more):
        raise raised

    monkeypatch.setattr(completion.completion, "callback", fail)
    result = snapctl("--json", "completion", "bash")
    assert (result.code, result.error["code"]) == (code, name)


def test_an_error_for_people_says_what_where_and_what_to_do():
    error = StreamError(
        "truncated", "the stream ends early", path="a.mig", offset=0x1234, hint="Copy it again.", qemu="EOF"
    )
    assert error_text(error).splitlines() == [
        "snapctl: a.mig: the stream ends early",
        "  at offset 0x1234 (4,660)",
        "  QEMU would say: EOF",
        "  Copy it again.",
    ]


def test_what_qemu_says_on_several_lines_stands_on_several_lines():
    error = InUse("in-use", "a.qcow2 is in use", path="a.qcow2", qemu="Could not open 'a.qcow2'\nIs another\x1b there?")
    assert error_text(error).splitlines() == [
        "snapctl: a.qcow2 is in use",
        "  QEMU would say: Could not open 'a.qcow2'",
        "                  Is another\\e there?",
    ]


def test_names_cannot_send_escape_sequences_to_the_terminal():
    error = StreamError("no-such-block", "there is no \x1b[31mblock\n", path="a\x1b]0;title\x07")
    text = error_text(error)
    assert "\x1b" not in text
    assert "\\e[31mblock\\n" in text


def test_an_os_error_without_a_file():
    error = from_os_error(OSError(errno.EIO, "Input/output error"))
    assert (error.code, error.path, error.message) == ("io-error", None, "Input/output error")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(snapctl, shell):
    script = snapctl("completion", shell).text
    assert f"_SNAPCTL_COMPLETE={shell}_complete" in script
