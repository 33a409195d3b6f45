"""The Inspector: one stream in five linked panes.  Layout and links only; engine calls are the presenter's."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedLayout, QWidget

from snapmgr.errors import Cancelled, SnapmgrError, UsageError
from snapmgr.inspect.model import Node
from ui.inspector import copying
from ui.inspector.header import STRUCTURE, verdict
from ui.inspector.presenter import LIMIT, Loaded, Presenter, StreamBytes
from ui.inspector.selection import Selection, SelectionModel
from ui.inspector.states import LoadingState, empty_state
from ui.models.field_tree import FieldTreeModel
from ui.models.problem_table import summary
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.documents import Document
from ui.shell.page import Page
from ui.shell.palette_entry import PaletteEntry

if TYPE_CHECKING:
    from ui.inspector.bytes_pane import BytesPane
    from ui.inspector.content import Content
    from ui.inspector.header import Header
    from ui.inspector.problems_pane import ProblemsPane
    from ui.inspector.ram_view import RamView
    from ui.inspector.records_view import RecordsView
    from ui.inspector.tree_pane import TreePane
    from ui.widgets.byte_bar import ByteBar

HEAVY_CHILDREN, HEAVY_BYTES = 2000, 256 << 10
"""From how many rows, or how long a section, a node is decoded in a worker."""
SKELETON_MS = 150
"""A reading shorter than this shows no loading page."""


def heavy(node: Node) -> bool:
    """Whether decoding the rows below could hold the window up."""
    return node.children >= HEAVY_CHILDREN or (node.length >= HEAVY_BYTES and len(node.path) == 1)


class InspectorPage(Page):
    """One stream at a time.

    Its panes are made after it is there itself, piece by piece between the window's other work; until then, and while
    no stream is open, it shows one of its other states.
    """

    title = "Inspector"

    header: Header
    bar: ByteBar
    tree: TreePane
    bytes: BytesPane
    problems: ProblemsPane
    records: RecordsView
    ram: RamView

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.selection = SelectionModel(self)
        self.selection.changed.connect(self._selection_changed)
        self.presenter = Presenter(context.tasks, self._progressed, self._grown)
        self._document: Document | None = None
        self._opening: Document | None = None
        self.loaded: Loaded | None = None
        self._described = False
        self._words = ""
        self._progress = (0, 0)
        self._stored: dict[str, Any] = {}
        self._stack = QStackedLayout(self)
        actions = context.actions
        self.empty = empty_state(lambda: actions.run("file.open"), lambda: actions.run("file.demo"), self)
        self.blank = QWidget(self)
        self.loading = LoadingState(self.presenter.cancel_reading, self)
        self.error: QWidget | None = None
        self.content: Content | None = None
        for part in (self.empty, self.blank, self.loading):
            self._stack.addWidget(part)
        self._skeleton = QTimer(self, singleShot=True, interval=SKELETON_MS)
        self._skeleton.timeout.connect(self._show_skeleton)
        self._building = context.tasks.start(self._build(), "Prepare the Inspector")

    # --- the panes ---

    def built(self) -> Awaitable[None]:
        """To be awaited: the panes are there then."""
        return asyncio.shield(self._building)

    async def _build(self) -> None:
        """Make the panes, unseen; whatever else the window has to do comes in between."""
        module = await self.context.tasks.run_in_worker(importlib.import_module, "ui.inspector.content")
        actions = self.context.actions
        for id, text in (("stream.export", "Export…"), ("stream.save_block", "Save block contents…")):
            actions[id].setIconText(text)  # Qt leaves the … out of what buttons show
        content: Content = module.Content(actions, self)
        for _ in content.pieces():
            await asyncio.sleep(0)
        self.header, self.bar, self.tree, self.bytes = content.header, content.bar, content.tree, content.bytes
        self.problems, self.records, self.ram = content.problems, content.records, content.ram
        self._connect()
        content.restore_state(self._stored)
        self._stack.addWidget(content)
        self.content = content

    def _connect(self) -> None:
        self.header.view_chosen.connect(self.show_part)
        self.header.cancel_wanted.connect(self.presenter.cancel_reading)
        self.bar.selected.connect(lambda offset: self.select_bytes(offset, 1, "bar"))
        self.bar.span_selected.connect(self._span_selected)
        self.records.chosen.connect(self._record_chosen)
        self.records.opened.connect(lambda row: self.show_bytes())
        self.ram.block_chosen.connect(lambda _: self.context.touch())
        self.tree.chosen.connect(self._node_chosen)
        self.tree.activated.connect(lambda node: self.show_bytes())
        self.tree.tree.copy_wanted.connect(lambda: self.copy(copying.Form.NAME_VALUE))
        self.tree.filter_changed.connect(self._filter)
        self.bytes.hex.selected.connect(lambda offset, length: self.select_bytes(offset, length, "bytes"))
        self.bytes.hex.copy_wanted.connect(lambda: self.copy(copying.Form.HEX))
        self.bytes.hex.unreadable.connect(self._unreadable)
        self.bytes.go_to.connect(lambda offset: self.select_bytes(offset, 1, "go to"))
        self.bytes.copy_as.connect(self.copy)
        self.bytes.description_wanted.connect(self._describe)
        self.bytes.description.device_chosen.connect(self._device_chosen)
        self.problems.chosen.connect(self._problem_chosen)
        self.problems.explanation.show_bytes.connect(self.show_bytes)
        self.problems.explanation.copy_report.connect(self.copy_report)
        self.problems.explanation.copy_qemu.connect(
            lambda: self._to_clipboard(self.problems.explanation.qemu.text(), "What QEMU says")
        )
        self.problems.detail.show_bytes.connect(self.show_bytes)
        self.problems.detail.copy_value.connect(lambda: self.copy(copying.Form.NAME_VALUE))
        self.problems.detail.copy_path.connect(lambda: self.copy(copying.Form.PATH))
        self.tree.problems_wanted.connect(self.show_problems)

    # --- what the shell asks ---

    async def open(self, document: Document) -> None:
        """Read a stream.  Where nothing was open, a failure is explained here; else it is raised."""
        self._opening = document
        self._progress = (0, 0)
        if self.loaded is None:
            self._stack.setCurrentWidget(self.blank)
        self._skeleton.start()
        self.status_changed.emit()
        before = self._document
        try:
            roots = [Path(folder) for folder in self.context.settings["files.allow_roots"]]
            loaded = await self.presenter.read(document.sources[0], roots, self.built())
        except Cancelled:
            return
        except SnapmgrError as error:
            await self._not_opened(document, error, before)
            return
        finally:
            if self._opening is document:
                self._opening = None
                self._skeleton.stop()
                self._settle()
        self._show(loaded, document, finished=True)
        await self._come_forward()

    async def _not_opened(self, document: Document, error: SnapmgrError, before: Document | None) -> None:
        """Raise where there is something to go back to, else say in the page what is the matter."""
        if before is not None or self._document is not None:
            raise error
        from ui.inspector.not_a_stream import explain

        state = await explain(self.context, document, error)
        self._drop_error()
        self.error = state
        self._stack.addWidget(state)
        self._stack.setCurrentWidget(state)

    def document(self) -> Document | None:
        return self._document

    def close_document(self) -> None:
        self.presenter.cancel_reading()
        if self.loaded is not None:
            self._release(self.loaded)
            self.tree.set_model(None)
            self.bytes.hex.set_source(None)
            self.bar.clear()
        self._document = self.loaded = None
        self.selection.clear()
        self._drop_error()
        self._stack.setCurrentWidget(self.empty)
        self.status_changed.emit()
        self.context.touch()

    def _release(self, loaded: Loaded) -> None:
        """Close the file once nothing reads it any more; at the end of the window nothing does."""
        if self.context.tasks.closed:
            loaded.index.source.close()
        else:
            self.context.tasks.start(self._let_go(loaded), "Close")

    async def _let_go(self, loaded: Loaded) -> None:
        await self.presenter.stop_search()
        loaded.index.source.close()

    def status(self) -> tuple[str, str]:
        if self.loaded is None:
            return (f"Reading {self._opening.label}" if self._opening else ""), ""
        index = self.loaded.index
        found = summary(index.problems)
        facts = f"{formats.exact_bytes(index.size)}, {formats.counted(len(index.records), 'record', 'records')}"
        left = "     ".join(part for part in (found, facts) if part)
        return left, "     ".join(part for part in (self._selected_text(), "read only") if part)

    def _selected_text(self) -> str:
        selection = self.selection.current
        if selection is None or self.loaded is None:
            return ""
        where = formats.offset(selection.offset, self.loaded.digits)
        count = formats.exact_bytes(selection.length)
        return f"{count} selected at {where}" if selection.length else f"at {where}"

    def focus_filter(self) -> None:
        if self.content is not None:
            self.show_part(STRUCTURE)
            self.tree.find.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.tree.find.selectAll()

    def escape(self) -> bool:
        if self.loaded is not None and self.tree.find.text():
            self.tree.find.clear()
            return True
        return False

    def panes(self) -> list[QWidget]:
        shown = self._stack.currentWidget()
        return self.content.panes() if self.content is not None and shown is self.content else [shown]

    def palette_entries(self, prefix: str) -> list[PaletteEntry]:
        if prefix != "@" or self.loaded is None:
            return []
        digits = self.loaded.digits
        return [
            PaletteEntry(
                "In this stream",
                span.label,
                lambda span=span: self.select_node(span.path, "palette"),
                subject=formats.offset(span.offset, digits),
                icon="tree-structure",
            )
            for span in self.loaded.spans[:5000]
        ]

    def save_state(self) -> dict[str, Any]:
        return self.content.save_state() if self.content is not None else self._stored

    def restore_state(self, state: dict[str, Any]) -> None:
        self._stored = state
        if self.content is not None:
            self.content.restore_state(state)

    # --- reading ---

    def _show_skeleton(self) -> None:
        if self._opening is not None and self._showing is not self._opening:
            self.loading.begin(self._opening.label)
            self._stack.setCurrentWidget(self.loading)

    @property
    def _showing(self) -> Document | None:
        return self._document if self.loaded is not None else None

    def _settle(self) -> None:
        """Show what there is, after reading ended in whatever way."""
        if self.content is not None and self.loaded is not None:
            self.header.set_progress(None)
            self._stack.setCurrentWidget(self.content)
        else:
            self._stack.setCurrentWidget(self.error or self.empty)
        self.status_changed.emit()
        self.context.touch()

    def _progressed(self, done: int, total: int) -> None:
        self._progress = (done, total)
        self.loading.set_progress(done, total)
        if self._opening is not None and self._showing is self._opening:
            self.header.set_progress(100 * done // total if total else -1)
            self.status_changed.emit()

    def _grown(self, loaded: Loaded) -> None:
        if self._opening is not None and self.content is not None:
            self.show_growth(loaded, self._opening)

    def show_growth(self, loaded: Loaded, document: Document) -> None:
        """Show what was read so far of a stream that is being read."""
        self._show(loaded, document, finished=False)
        done, total = loaded.index.indexed, loaded.index.size
        self.header.set_progress(100 * done // total if total else -1)
        self.context.tasks.start(self._come_forward(), "Show the stream")

    async def _come_forward(self) -> None:
        """Let the panes be seen, a turn of the loop after they were filled: both at once would be felt."""
        await asyncio.sleep(0)
        if self.content is not None and self.loaded is not None:
            self._stack.setCurrentWidget(self.content)

    def _show(self, loaded: Loaded, document: Document, *, finished: bool) -> None:
        """Show a stream, or more of it; ``finished``: no more will come."""
        index, first = loaded.index, self._showing is not document
        if first:
            if self.loaded is not None:
                self._release(self.loaded)
            self._begin(loaded, document)
        else:
            self.loaded = loaded
            assert self.tree.model is not None
            self.tree.model.grow(index.tree)
            self.records.grow(index.records)
            self.bytes.hex.grow(StreamBytes(index), finished=finished)
        self.tree.set_problems(index.problems)
        self.tree.tree.set_largest(index.size)
        self.problems.set_problems(index.problems, digits=loaded.digits, reading=not finished)
        self.ram.set_blocks(index.blocks)
        self.bar.set_stream(loaded.table, index.size, index.problems, read=None if finished else index.indexed)
        self._say_facts(loaded, finished)
        if finished:
            self._finish(loaded)
        self.status_changed.emit()
        self.context.touch()

    def _begin(self, loaded: Loaded, document: Document) -> None:
        index = loaded.index
        self._document, self.loaded, self._described = document, loaded, False
        self._drop_error()
        self.selection.clear()
        self.tree.find.clear()
        self.bar.clear()
        model = FieldTreeModel(index.tree, self, heavy=heavy, digits=loaded.digits)
        model.children_wanted.connect(lambda node: self.context.tasks.start(self._decode(model, node), "Decode"))
        old = self.tree.model
        self.tree.set_model(model)
        if old is not None:
            old.deleteLater()
        self.records.set_records(index.records, loaded.digits)
        self.bytes.set_digits(loaded.digits)
        self.bytes.clear_range()
        self.bytes.hex.set_source(StreamBytes(index))
        self.problems.show_nothing()
        self.header.set_stream(document.label, document.sources[0])

    def _finish(self, loaded: Loaded) -> None:
        """The whole stream is there: begin at what QEMU stops at, else at the first device."""
        index = loaded.index
        self.header.set_progress(None)
        self.header.set_verdict(verdict(index.problems, complete=index.complete))
        if self.bytes.describes():
            self._describe()
        if self._words:
            self._filter(self._words)
        if self.selection.current is not None:
            self._selection_changed(self.selection.current)
        elif index.problems:
            self._problem_chosen(0)
        elif loaded.spans:
            self.select_node((0,), "start")

    def _say_facts(self, loaded: Loaded, finished: bool) -> None:
        index = loaded.index
        machine = formats.printable(index.configuration.machine) if index.configuration else ""
        took = f"read in {formats.duration(index.elapsed)}" if finished else ""
        packed = "" if index.source.container == "raw" else f"in {index.source.container}"
        self.header.set_facts((self.context.size(index.size), machine, packed, took))
        passes = formats.counted(index.iterations, "precopy iteration", "precopy iterations")
        self.bar.set_caption(
            f"Whole stream to scale: {self.context.size(index.size)}" + (f", {passes}" if index.iterations else "")
        )

    async def _decode(self, model: FieldTreeModel, node: Node) -> None:
        if self.loaded is None:
            return
        children = await self.presenter.children(self.loaded.index, node)
        if model is self.tree.model:
            model.provide(node.path, children)
            selection = self.selection.current
            if selection is not None and selection.path[: len(node.path)] == node.path:
                self.tree.show_path(selection.path)

    def _unreadable(self, error: SnapmgrError) -> None:
        self.context.fail(error, "Not shown", self._document.sources[0] if self._document else None)

    def _drop_error(self) -> None:
        if self.error is not None:
            self._stack.removeWidget(self.error)
            self.error.deleteLater()
            self.error = None

    # --- one selection ---

    def select_bytes(self, offset: int, length: int, origin: str) -> None:
        """Select bytes, and with them the field that they lie in."""
        if self.loaded is None:
            return
        offset = max(0, min(offset, self.loaded.index.size - 1))
        path = self.loaded.index.tree.path_at(offset)
        joined = origin == "bytes"
        self.selection.select(Selection(offset, length, path, None, origin), joined=joined)

    def select_node(self, path: Sequence[int], origin: str) -> None:
        """Select a node and its bytes."""
        if self.loaded is not None:
            self._node_chosen(self.loaded.index.tree.node(tuple(path)), True, origin)

    def _node_chosen(self, node: Node, by_pointer: bool, origin: str = "tree") -> None:
        selection = Selection(node.offset, node.length, node.path, None, origin)
        self.selection.select(selection, joined=not by_pointer)

    def _problem_chosen(self, row: int) -> None:
        if self.loaded is None or row >= len(self.loaded.index.problems):
            return
        problem, tree = self.loaded.index.problems[row], self.loaded.index.tree
        last = self.loaded.index.size - 1
        path = tree.path_at(min(problem.offset, last))
        offset, length = (last, 1) if problem.offset > last else (problem.offset, problem.length)
        node = tree.node(path) if path else None
        if not length and node is not None and node.offset == offset and not node.children:
            length = node.length
        self.selection.select(Selection(offset, length, path, row, "problems"))

    def _record_chosen(self, row: int, by_pointer: bool) -> None:
        record = self.records.records.record(row)
        if self.loaded is not None:
            path = self.loaded.index.tree.path_of_row(row)
            selection = Selection(record.offset, record.length, path, None, "records")
            self.selection.select(selection, joined=not by_pointer)

    def _span_selected(self, row: int) -> None:
        if self.loaded is not None and row < len(self.loaded.spans):
            span = self.loaded.spans[row]
            self.selection.select(Selection(span.offset, span.length, span.path, None, "bar keys"), joined=True)

    def _device_chosen(self, name: str, instance: int) -> None:
        """A device was clicked in the VM description."""
        if self.loaded is None:
            return
        for row, record in enumerate(self.loaded.index.records):
            if record.idstr == name and record.instance_id == instance and record.type == "FULL":
                self.select_node(self.loaded.index.tree.path_of_row(row), "description")
                return

    def _selection_changed(self, selection: Selection) -> None:
        if self.loaded is None:
            return
        nodes = self._chain(selection.path)
        top = nodes[0] if nodes else None
        around = (top.offset, top.length) if top is not None and len(nodes) > 1 else None
        if selection.origin != "tree":
            self.tree.show_path(selection.path)
        if selection.origin != "bytes":
            self.bytes.hex.show_range(selection.offset, selection.length, around)
        else:
            self.bytes.hex.set_context(*(around or (0, 0)))
        if selection.origin != "records":
            self.records.show_offset(selection.offset)
        self.bytes.say_range(selection.offset, selection.length)
        self._mark_bar(selection, top)
        self.problems.show_row(selection.problem)
        self._explain(selection, nodes)
        if selection.origin != "description":
            self._show_described(top)
        self.status_changed.emit()
        self.context.touch()

    def _mark_bar(self, selection: Selection, top: Node | None) -> None:
        """The overview outlines the whole section, or the bytes themselves where that would be most of the stream."""
        size = self.loaded.index.size if self.loaded else 0
        if top is not None and top.length < max(size // 2, 1):
            offset, length = top.offset, top.length
        else:
            offset, length = selection.offset, selection.length
        self.bar.set_mark(offset, max(length, 1), follow=selection.origin != "start")

    def _chain(self, path: Sequence[int]) -> list[Node]:
        """Nodes from the top down to ``path``."""
        assert self.loaded is not None
        tree = self.loaded.index.tree
        return [tree.node(tuple(path[: depth + 1])) for depth in range(len(path))]

    def _explain(self, selection: Selection, nodes: Sequence[Node]) -> None:
        assert self.loaded is not None
        if selection.problem is not None:
            self.problems.explain(selection.problem)
        elif nodes:
            node = nodes[-1]
            data = bytes(self.loaded.index.source.read(node.offset, min(node.length, 64)))
            self.problems.show_detail().show_node(nodes, data, self.loaded.digits)
        else:
            self.problems.show_nothing()

    def step_problem(self, step: int) -> None:
        """Next or previous problem by offset from where the selection is, around the end."""
        if self.loaded is None or not self.loaded.index.problems:
            return
        problems = self.loaded.index.problems
        current = self.selection.current
        order = sorted(range(len(problems)), key=lambda row: (problems[row].offset, row))
        if current is not None and current.problem is not None:
            place = order.index(current.problem) + step
        else:
            here = current.offset if current is not None else -1
            behind = [place for place, row in enumerate(order) if problems[row].offset > here]
            place = (behind[0] if behind else 0) if step > 0 else (behind[0] if behind else len(order)) - 1
        self._problem_chosen(order[place % len(order)])

    # --- VM description ---

    def _describe(self) -> None:
        if self.loaded is None:
            return
        if self._described:
            self.bytes.show_description()
        else:
            self.bytes.say_no_description("Reading the VM description", "")
            self.context.tasks.start(self._lay_out(self.loaded), "VM description")

    async def _lay_out(self, loaded: Loaded) -> None:
        found = await self.presenter.description(loaded.index)
        if loaded is not self.loaded:
            return
        if found is None:
            reason = (
                "It comes last, and is not there yet."
                if self.presenter.reading
                else ("QEMU writes none for postcopy, or with suppress-vmdesc. Fields are then not decoded.")
            )
            self.bytes.say_no_description("No VM description in this stream", reason)
            return
        view = self.bytes.description
        view.begin(found)
        self._described = True
        self.bytes.show_description()
        for piece in found.pieces():
            view.append(piece)
            await asyncio.sleep(0)
            if loaded is not self.loaded:
                return
        selection = self.selection.current
        self._show_described(self._chain(selection.path[:1])[0] if selection and selection.path else None)

    def _show_described(self, top: Node | None) -> None:
        if not self._described or top is None or self.loaded is None:
            return
        record = self.loaded.index.tree.record_of(top.path)
        if record is not None and record.idstr is not None and record.instance_id is not None:
            self.bytes.description.show_device(record.idstr, record.instance_id)

    # --- filter ---

    def _filter(self, words: str) -> None:
        self._words = words
        if self.loaded is None:
            return
        if not words:
            self.context.tasks.start(self.presenter.stop_search(), "Filter")
            self.tree.end_filter()
        else:
            self.context.tasks.start(self._search(words), "Filter")

    async def _search(self, words: str) -> None:
        if self.loaded is None:
            return
        await self.presenter.stop_search()
        if words != self._words or self.loaded is None:
            return
        self.tree.begin_matches()
        count = 0

        def found(paths: list[tuple[int, ...]]) -> None:
            nonlocal count
            if words == self._words:
                count += len(paths)
                self.tree.add_matches(paths)

        try:
            whole = await self.presenter.search(self.loaded.index, words, found)
        except UsageError as error:
            if words == self._words:
                self.tree.fail_matches(" ".join(part for part in (error.message, error.hint) if part))
            return
        if whole and words == self._words:
            self.tree.end_matches(words, more=count >= LIMIT)

    # --- what actions do ---

    def show_part(self, part: str) -> None:
        """structure, records or ram."""
        if self.content is not None:
            self.content.show_part(part)
            self.context.touch()

    def part(self) -> str:
        return STRUCTURE if self.content is None else self.content.part()

    def show_problems(self, shown: bool) -> None:
        """Open or close the pane of problems."""
        if self.content is not None:
            self.content.show_problems(shown)
            self.context.touch()

    def problems_shown(self) -> bool:
        return self.content is not None and not self.problems.isHidden()

    def show_bytes(self) -> None:
        """Bring the bytes of the selection to the front."""
        self.show_part(STRUCTURE)
        self.bytes.show_bytes()
        selection = self.selection.current
        if selection is not None:
            self._selection_changed(selection)
        self.bytes.hex.setFocus(Qt.FocusReason.OtherFocusReason)

    def copied(self) -> copying.Copied | None:
        """What Copy would take: None for nothing, or for more than belongs into a clipboard."""
        selection = self.selection.current
        if selection is None or self.loaded is None or selection.length > copying.MOST:
            return None
        data = bytes(self.loaded.index.source.read(selection.offset, selection.length))
        return copying.Copied(selection.offset, data, self._chain(selection.path))

    def copy(self, form: copying.Form) -> None:
        what = self.copied()
        if what is None or (form in copying.OF_NODE and not what.nodes):
            return
        self._to_clipboard(copying.as_text(what, form), form.value)

    def copy_report(self) -> None:
        """Everything about the selected problem."""
        from ui.inspector.explanation import report

        row = self.problems.row()
        if row is not None and self.loaded is not None and self._document is not None:
            problem = self.loaded.index.problems[row]
            self._to_clipboard(report(problem, self._document.label, self.loaded.digits), "The report")

    def _to_clipboard(self, text: str, what: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.context.notify(f"{what} is on the clipboard")

    # --- events ---

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and self.loaded is not None:
            self.tree.tree.share_columns()
