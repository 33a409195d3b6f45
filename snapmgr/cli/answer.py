"""How a command is asked to answer: options of every command, and the Output that they set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from snapmgr.cli.output import Output

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

pass_output = click.make_pass_decorator(Output, ensure=True)


def _remember(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and parameter.name:
        setattr(context.ensure_object(Output), parameter.name, True)


def output_options(function: _Decorated) -> _Decorated:
    """``--json``, ``-q`` and ``-v``: taken before and after the command's name."""
    for names, text in (
        (("-v", "--verbose"), "Say more."),
        (("-q", "--quiet"), "Say nothing but what was asked for."),
        (("--json",), "Print one JSON document on standard output."),
    ):
        function = click.option(*names, is_flag=True, expose_value=False, callback=_remember, help=text)(function)
    return function
