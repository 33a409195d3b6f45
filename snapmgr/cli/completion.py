"""``snapctl completion``: what a shell needs to complete commands, options, files and what is in them."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from snapmgr.cli import bash as bash  # registers itself
from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.output import Output


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@output_options
@pass_output
def completion(output: Output, shell: str) -> None:
    """Print the shell code that completes commands, options, files, snapshots, RAM blocks and sections.

    \b
    Examples:
      snapctl completion bash > ~/.local/share/bash-completion/completions/snapctl
      snapctl completion zsh > ~/.zfunc/_snapctl
      snapctl completion fish > ~/.config/fish/completions/snapctl.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None, shell
    template = kind(click.Group("snapctl"), {}, "snapctl", "_SNAPCTL_COMPLETE")
    text = kind.source_template % template.source_vars()  # source() would start a bash to ask its version
    if output.json:
        output.document({"shell": shell, "script": text})
    else:
        output.lines(text.rstrip("\n"))
