"""What can be done with the stream that is open, for menus, shortcuts and the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from snapmgr.names import visible_text
from ui.inspector.changes import NO_FILE, Kind
from ui.inspector.copying import MOST, OF_NODE, Form
from ui.inspector.header import RAM, RECORDS, STRUCTURE
from ui.inspector.places import BYTES, TREE
from ui.isolation import isolated
from ui.models.block_table import LEFT_OUT_WHY
from ui.shell import formats
from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.shell.mnemonics import mark_letters
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.inspector.content import Content
    from ui.inspector.page import InspectorPage

ACTIONS = Actions()
VIEW = "inspector"


def page_of(context: WindowContext) -> InspectorPage:
    from ui.inspector.page import InspectorPage

    page = context.page(VIEW)
    assert isinstance(page, InspectorPage), "these actions are off while the page does not exist"
    return page


def content_of(context: WindowContext) -> Content:
    content = page_of(context).content
    assert content is not None, "these actions are off while no stream is open"
    return content


def has_stream(context: WindowContext) -> str:
    page = context.page(VIEW)
    if page is not None and page.opening() is not None:  # the one before is open still, but not on show
        return tr("The stream is still being read")
    return "" if page is not None and page.document() is not None else tr("No stream is open")


def has_whole_stream(context: WindowContext) -> str:
    if reason := has_stream(context):
        return reason
    return tr("The stream is still being read") if page_of(context).presenter.reading else ""


def can_reload(context: WindowContext) -> str:
    if reason := has_whole_stream(context):
        return reason
    change = page_of(context).changing.current
    return tr(NO_FILE) if change is not None and change.kind is Kind.GONE else ""


def has_selection(context: WindowContext) -> str:
    if reason := has_stream(context):
        return reason
    selection = page_of(context).selection.current
    if selection is None:
        return tr("Nothing is selected")
    if selection.length > MOST:
        return tr("More than {size} is selected: export it instead", size=formats.size(MOST))
    return ""


def has_field(context: WindowContext) -> str:
    if reason := has_selection(context):
        return reason
    selection = page_of(context).selection.current
    return "" if selection is not None and selection.path else tr("No field is selected")


def has_problems(context: WindowContext) -> str:
    if reason := has_stream(context):
        return reason
    loaded = page_of(context).loaded
    return "" if loaded is not None and loaded.index.problems else tr("No problem was found in this stream")


def can_go_back(context: WindowContext) -> str:
    return has_stream(context) or ("" if page_of(context).selection.can_go_back else tr("There is no earlier place"))


def can_go_forward(context: WindowContext) -> str:
    return has_stream(context) or ("" if page_of(context).selection.can_go_forward else tr("There is no later place"))


def has_block(context: WindowContext) -> str:
    if reason := has_whole_stream(context):
        return reason
    ram = content_of(context).ram
    if not ram.selected():
        return tr("The stream lists no RAM blocks")
    return tr(LEFT_OUT_WHY) if ram.left_out() else ""


def can_repair(context: WindowContext) -> str:
    if reason := has_whole_stream(context):
        return reason
    from snapmgr.inspect.repair import changes

    loaded = page_of(context).loaded
    return "" if loaded is not None and changes(loaded.index) else tr("Nothing can be repaired without guessing")


def _selected_field(context: WindowContext) -> str:
    node = None if has_field(context) else content_of(context).tree.node()
    return "" if node is None else isolated(formats.shortened(visible_text(node.name)))


@ACTIONS.add("stream.go_to", later("Go to offset"), keys="Ctrl+G", icon="arrow-elbow-down-right", menu=Menu.STREAM,
             view=VIEW, enabled=has_stream)  # fmt: skip
def go_to(context: WindowContext) -> None:
    """Type an offset and see the byte there."""
    content = content_of(context)
    content.show_part(STRUCTURE)
    content.fold(BYTES, False)
    content.bytes.focus_offset()


@ACTIONS.add("stream.back", later("Back"), keys="Alt+Left", icon="arrow-left", menu=Menu.STREAM,
             submenu=later("Go"), view=VIEW, enabled=can_go_back)  # fmt: skip
def back(context: WindowContext) -> None:
    """Go to what was selected before."""
    page_of(context).selection.back()


@ACTIONS.add("stream.forward", later("Forward"), keys="Alt+Right", icon="arrow-right", menu=Menu.STREAM,
             submenu=later("Go"), view=VIEW, enabled=can_go_forward)  # fmt: skip
def forward(context: WindowContext) -> None:
    """Go to where Back came from."""
    page_of(context).selection.forward()


@ACTIONS.add("stream.next_problem", later("Next problem"), keys="F8", icon="warning-circle", menu=Menu.STREAM, group=1,
             view=VIEW, enabled=has_problems)  # fmt: skip
def next_problem(context: WindowContext) -> None:
    """Select the next problem by its offset."""
    content_of(context).show_part(STRUCTURE)
    page_of(context).links.step_problem(1)


@ACTIONS.add("stream.previous_problem", later("Previous problem"), keys="Shift+F8", icon="warning-circle",
             menu=Menu.STREAM, group=1, view=VIEW, enabled=has_problems)  # fmt: skip
def previous_problem(context: WindowContext) -> None:
    """Select the problem before by its offset."""
    content_of(context).show_part(STRUCTURE)
    page_of(context).links.step_problem(-1)


@ACTIONS.add("stream.next_section", later("Next section"), keys="]", icon="arrow-down", menu=Menu.STREAM, group=0,
             submenu=later("Go"), view=VIEW, enabled=has_stream)  # fmt: skip
def next_section(context: WindowContext) -> None:
    """Select the section behind that of the selection."""
    content_of(context).show_part(STRUCTURE)
    page_of(context).links.step_section(1)


@ACTIONS.add("stream.previous_section", later("Previous section"), keys="[", icon="arrow-up", menu=Menu.STREAM,
             group=0, submenu=later("Go"), view=VIEW, enabled=has_stream)  # fmt: skip
def previous_section(context: WindowContext) -> None:
    """Select the section of the selection, or the one before."""
    content_of(context).show_part(STRUCTURE)
    page_of(context).links.step_section(-1)


@ACTIONS.add("stream.problems", later("Problems and details"), keys="Ctrl+I", icon="list-bullets", menu=Menu.VIEW,
             group=1, submenu=later("Panes"), view=VIEW, enabled=has_stream,
             checked=lambda context: _problems_shown(context))  # fmt: skip
def show_problems(context: WindowContext) -> None:
    """Show or hide the list of problems and what is known about the selection."""
    content, shown = content_of(context), _problems_shown(context)
    content.show_part(STRUCTURE)
    content.show_problems(not shown)


def _problems_shown(context: WindowContext) -> bool:
    if context.page(VIEW) is None:
        return False
    return page_of(context).part() == STRUCTURE and page_of(context).problems_shown()


def _pane(name: str, place: int, text: str, keys: str, icon: str) -> None:
    def run(context: WindowContext) -> None:
        content = content_of(context)
        shown = _pane_shown(context, place)
        content.show_part(STRUCTURE)
        content.fold(place, shown)

    run.__doc__ = f"Show or hide the pane: {text}."
    ACTIONS.add(f"stream.pane_{name}", text, keys=keys, icon=icon, menu=Menu.VIEW, group=1, submenu=later("Panes"),
                view=VIEW, enabled=has_stream, checked=lambda context: _pane_shown(context, place))(run)  # fmt: skip


def _pane_shown(context: WindowContext, place: int) -> bool:
    """Whether a pane is seen: those of the structure are not while records or RAM are in front."""
    if context.page(VIEW) is None or (content := page_of(context).content) is None:
        return False
    return content.part() == STRUCTURE and not content.is_folded(place)


#: Panes of the Inspector
_pane("structure", TREE, later("Structure"), "Ctrl+B", "tree-structure")
_pane("bytes", BYTES, later("Bytes"), "Ctrl+Shift+B", "hash")


@ACTIONS.add("stream.copy", later("Copy"), keys="Ctrl+C", icon="copy", menu=Menu.STREAM, group=2, view=VIEW,
             enabled=has_selection, subject=_selected_field)  # fmt: skip
def copy(context: WindowContext) -> None:
    """Copy the field as name = value, or bytes selected in the bytes view as hex."""
    in_bytes = content_of(context).bytes.hex.hasFocus() or has_field(context) != ""
    page_of(context).clipboard.copy(Form.HEX if in_bytes else Form.NAME_VALUE)


@ACTIONS.add("stream.copy_as", later("Copy as…"), keys="Ctrl+Shift+C", icon="copy", menu=Menu.STREAM, in_menu=False,
             view=VIEW, enabled=has_selection)  # fmt: skip
def copy_as(context: WindowContext) -> None:
    """Choose a form and copy the selection in it."""
    page = page_of(context)
    menu = QMenu(page)
    for form in Form:
        item = menu.addAction(form.title)
        item.setEnabled(form not in OF_NODE or not has_field(context))
        item.triggered.connect(lambda *_, form=form: page.clipboard.copy(form))
    menu.addAction(context.actions["stream.copy_link"])
    mark_letters(menu)
    menu.aboutToHide.connect(menu.deleteLater)
    corner = content_of(context).bytes.copy
    at = corner.mapToGlobal(corner.rect().bottomLeft()) if corner.isVisible() else QCursor.pos()
    menu.popup(at)


def _copy_form(form: Form, text: str) -> None:
    def run(context: WindowContext) -> None:
        page_of(context).clipboard.copy(form)

    run.__doc__ = f"Copy the selection: {form.value}."
    ACTIONS.add(
        f"stream.copy_{form.name.lower()}",
        text,
        icon="copy",
        menu=Menu.STREAM,
        group=2,
        submenu=later("Copy as"),
        view=VIEW,
        enabled=has_field if form in OF_NODE else has_selection,
    )(run)


_copy_form(Form.NAME_VALUE, later("Copy name = value"))
_copy_form(Form.PATH, later("Copy path"))
_copy_form(Form.OFFSET, later("Copy offset"))
_copy_form(Form.HEX, later("Copy hex"))
_copy_form(Form.C_ARRAY, later("Copy C array"))
_copy_form(Form.PYTHON, later("Copy Python bytes"))
_copy_form(Form.BASE64, later("Copy Base64"))


def _part(part: str, text: str, icon: str) -> None:
    def run(context: WindowContext) -> None:
        content_of(context).show_part(part)

    run.__doc__ = f"{text} of the stream."
    ACTIONS.add(
        f"stream.{part}",
        text,
        icon=icon,
        menu=Menu.STREAM,
        group=3,
        submenu=later("Show"),
        view=VIEW,
        enabled=has_stream,
        checked=lambda context: context.page(VIEW) is not None and page_of(context).part() == part,
    )(run)


_part(STRUCTURE, later("Show structure"), "tree-structure")
_part(RECORDS, later("Show records"), "rows")
_part(RAM, later("Show RAM"), "grid-four")


@ACTIONS.add("stream.export", later("Export…"), keys="Ctrl+E", icon="export", menu=Menu.STREAM, group=4, view=VIEW,
             enabled=has_whole_stream)  # fmt: skip
def export(context: WindowContext) -> None:
    """Write what was found as JSON, a RAM block, or an ELF core for gdb and crash."""
    from ui.inspector.dialogs import ExportDialog

    ExportDialog(context, page_of(context)).open()


@ACTIONS.add("stream.save_block", later("Save block contents…"), icon="floppy-disk", menu=Menu.STREAM, group=3,
             submenu=later("RAM and guest"), view=VIEW, enabled=has_block)  # fmt: skip
async def save_block(context: WindowContext) -> None:
    """Write what a RAM block holds at the end of the stream to a file."""
    from ui.inspector.dialogs import save_block as ask_and_save

    await ask_and_save(context, page_of(context), content_of(context).ram.selected())


@ACTIONS.add("stream.check_against", later("Check against…"), icon="check-circle", menu=Menu.STREAM, group=1,
             view=VIEW, enabled=has_whole_stream)  # fmt: skip
def check_against(context: WindowContext) -> None:
    """See whether another machine would load the stream, and what stands between them."""
    from ui.inspector.checking import CheckDialog

    CheckDialog(context, page_of(context)).open()


@ACTIONS.add("stream.save_repaired", later("Save repaired copy…"), icon="floppy-disk", menu=Menu.STREAM, group=4,
             view=VIEW, enabled=can_repair)  # fmt: skip
def save_repaired(context: WindowContext) -> None:
    """Write a copy in which footers and the end are put right; device state and RAM stay as they are."""
    from ui.inspector.repair_dialog import RepairDialog

    RepairDialog(context, page_of(context)).open()


@ACTIONS.add("stream.reload", later("Reload"), keys="F5", icon="arrow-clockwise", menu=Menu.STREAM, group=4, view=VIEW,
             enabled=can_reload)  # fmt: skip
async def reload(context: WindowContext) -> None:
    """Read the stream again from its file; the selection and the filter stay."""
    await page_of(context).reload()


@ACTIONS.add("stream.cancel", later("Stop reading"), keys="Ctrl+.", icon="x-circle", menu=Menu.STREAM, group=4,
             view=VIEW, enabled=lambda context: _reading(context))  # fmt: skip
def stop_reading(context: WindowContext) -> None:
    """Stop reading the stream; what was read stays."""
    page_of(context).presenter.cancel_reading()


def _reading(context: WindowContext) -> str:
    page = context.page(VIEW)
    return "" if page is not None and page_of(context).presenter.reading else tr("No stream is being read")
