"""Commands that are imported when they are called: their names and one line of help are enough for everything else."""

from __future__ import annotations

from importlib import import_module

import click


class LaterCommand(click.Command):
    """Stands for the command ``name`` of ``module`` in lists and completions."""

    def __init__(self, name: str, module: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self._module = module

    def load(self) -> click.Command:
        """The command itself."""
        found = getattr(import_module(self._module), str(self.name))
        assert isinstance(found, click.Command), self.name
        return found


class LazyGroup(click.Group):
    """Imports a command when it is the one that was asked for."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, LaterCommand) else command, rest
