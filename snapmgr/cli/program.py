"""``snapctl``: the root command, and how every call ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from snapmgr import __version__
from snapmgr.cli.answer import output_options
from snapmgr.cli.lazy import LaterCommand, LazyGroup
from snapmgr.cli.output import Exit, Output, from_os_error, printing
from snapmgr.errors import Cancelled, SnapmgrError, UsageError

_EPILOG = """\b
SRC is a migration stream, plain or packed with gzip, zstd or xz; IMAGE.qcow2 with
one VM state in it; IMAGE.qcow2@TAG-OR-ID; a file of virsh save; a folder with captured
channels; file:PATH,offset=N for what stands in a file from byte N on; or - for
standard input.

\b
Exit codes: 0 done, 1 failed or problems found, 2 usage, 3 damaged or unsupported,
4 in use by another process, 130 cancelled."""


_COMMANDS = (
    ("inspect", "What a stream consists of: records, RAM blocks, problems."),
    ("devices", "The decoded state of the devices."),
    ("ram", "The content of a RAM block."),
    ("screen", "What the guest showed."),
    ("verify", "Would QEMU load this stream?"),
    ("diff", "What differs between two streams or snapshots."),
    ("snapshot", "The snapshots inside qcow2 images."),
    ("check", "Is a qcow2 image sound?"),
    ("convert", "Write a stream again, in another container."),
    ("edit", "Write a copy of a stream with other values."),
    ("repair", "Write a copy of a damaged stream, mended where that needs no guess."),
    ("demo", "The built-in demo machine."),
    ("vmstate", "What devices save, and who understands it."),
    ("completion", "Shell completion for bash, zsh or fish."),
)
"""Each is called as its module, which is imported when it is."""


@click.group(
    cls=LazyGroup,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="snapctl", message="%(prog)s %(version)s")
@output_options
def program() -> None:
    """Look into QEMU's migration streams and the snapshots in qcow2 images.

    \b
    Examples:
      snapctl inspect guest.mig
      snapctl snapshot list disk.qcow2
      snapctl inspect disk.qcow2@before-update
    """


for _name, _help in _COMMANDS:
    program.add_command(LaterCommand(_name, f"snapmgr.cli.{_name}", _help))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``snapctl`` with ``arguments`` (those of the process by default) and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "_SNAPCTL_COMPLETE" in os.environ:
        from snapmgr.cli import bash as bash  # registers itself

        program.main(words, prog_name="snapctl")  # answers the shell and exits
    output = Output(json="--json" in words[: words.index("--") if "--" in words else len(words)])
    try:
        code = _answered(words, output)
        with printing():
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        code = Exit.DONE  # whoever read had enough
    except SnapmgrError as error:  # the answer itself cannot be printed, be it a result or a failure
        _drop_output()
        output.trouble(error)
        code = error.exit_code
    return code


def _answered(words: list[str], output: Output) -> int:
    """Exit code of the command, which has said what it had to say.  Raises SnapmgrError where it could not."""
    try:
        return _run(words, output)
    except SnapmgrError as error:
        output.failure(error)
        return error.exit_code


def _run(words: list[str], output: Output) -> int:
    """Exit code of the command.  Raises SnapmgrError for every failure, BrokenPipeError if nobody reads on."""
    try:
        with program.make_context("snapctl", words, obj=output) as context:
            result = program.invoke(context)
            output.finish()
            return result if isinstance(result, int) else Exit.DONE
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stderr.write(error.format_message() + "\n")
        return Exit.USAGE
    except click.ClickException as error:
        raise _usage(error) from error
    except (KeyboardInterrupt, click.Abort) as error:
        raise Cancelled from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise from_os_error(error) from error


def _usage(error: click.ClickException) -> SnapmgrError:
    context = getattr(error, "ctx", None)
    name = context.command_path if context else "snapctl"
    return UsageError("usage", " ".join(error.format_message().split()), hint=f"Try '{name} --help'.")


def _drop_output() -> None:
    """Point stdout nowhere, so that the interpreter's last flush does not complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except OSError:
        sys.stdout = None
