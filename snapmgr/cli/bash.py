"""Completion in bash, whose idea of a word is not ours: it splits at ``@``, ``=`` and ``:`` as well.

So the line is taken as it was typed and split here, and of what completes a word only that part is handed back which
bash is going to put in: behind the last character of COMP_WORDBREAKS, or behind the quote that is still open.  An ``@``
is put in again: bash takes it as the start of a host's name (bashline.c: rl_special_prefixes).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import click
from click.shell_completion import BashComplete, CompletionItem

_LINE, _BREAKS = "_SNAPCTL_LINE", "_SNAPCTL_WORDBREAKS"
_DEFAULT_BREAKS = " \t\n\"'@><=;|&(:"
_PUT_IN_AGAIN = "@"
_BLANKS = " \t\n"
_SPECIAL = frozenset(" \"'\\@><=;|&(:)[]{}*?!#$`~")
_NEEDLESS = frozenset("@=:")
_IN_DOUBLE_QUOTES = frozenset('"\\$`')

_SCRIPT = """\
%(complete_func)s() {
    local answer
    COMPREPLY=()
    while IFS= read -r answer; do
        case $answer in
            =*) COMPREPLY+=("${answer:1}") ;;
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
        esac
    done < <(_SNAPCTL_LINE="${COMP_LINE:0:COMP_POINT}" _SNAPCTL_WORDBREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


@dataclass(slots=True)
class Word:
    """A word of the line as the program would get it; ``kept`` characters of it stay when bash completes it.

    ``quote`` is the quotation mark that is open at its end, empty if none is.
    """

    text: str = ""
    kept: int = 0
    quote: str = ""
    begun: bool = False


def split_line(line: str, breaks: str = _DEFAULT_BREAKS) -> list[Word]:
    """The words of ``line`` by the rules of the shell; the last is the one to complete, empty behind a blank."""
    words = [Word()]
    escaped = False
    for char in line:
        word = words[-1]
        if escaped:
            word.text += char if not word.quote or char in _IN_DOUBLE_QUOTES else f"\\{char}"
            escaped = False
        elif char == "\\" and word.quote != "'":
            escaped = word.begun = True
        elif char == word.quote:
            word.quote = ""
        elif word.quote:
            word.text += char
        elif char in "\"'":
            word.quote, word.kept, word.begun = char, len(word.text), True
        elif char in _BLANKS:
            if word.begun:
                words.append(Word())
        else:
            word.text += char
            word.begun = True
            if char in breaks:
                word.kept = len(word.text) - (char in _PUT_IN_AGAIN)
    return words


def quoted(text: str, quote: str = "") -> str | None:
    """``text`` as it is typed inside an open ``quote`` or outside of any; None if it cannot be."""
    if not text.isprintable():
        return None if quote else "$'" + "".join(_in_dollar_quotes(char) for char in text) + "'"
    if quote == "'":
        return text.replace("'", "'\\''")
    special = _IN_DOUBLE_QUOTES if quote else _SPECIAL - _NEEDLESS
    return "".join(f"\\{char}" if char in special else char for char in text)


def _in_dollar_quotes(char: str) -> str:
    """Bytes that are no character of their own, or would move the cursor, by their numbers."""
    if char in "\\'":
        return f"\\{char}"
    if char.isprintable():
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))


class Bash(BashComplete):
    """Answers lines: ``=`` and what to put in, or the kind of name that bash itself should complete."""

    source_template = _SCRIPT

    def complete(self) -> str:
        if _LINE not in os.environ:  # asked in click's own way
            return super().complete()
        words = split_line(os.environ[_LINE], os.environ.get(_BREAKS, _DEFAULT_BREAKS))
        typed = words[-1]
        items = self.get_completions([word.text for word in words[1:-1]], typed.text)
        return "\n".join(_answers(items, typed))


def _answers(items: list[CompletionItem], typed: Word) -> Iterator[str]:
    option, equals, _ = typed.text.partition("=")
    before = option + equals if option.startswith("-") and equals else ""  # click completes only what follows
    for item in items:
        if item.type != "plain":
            yield str(item.type)
            continue
        text = quoted((before + str(item.value))[typed.kept :], typed.quote)
        if text is not None:
            yield f"={text}"


click.shell_completion.add_completion_class(Bash, "bash")
