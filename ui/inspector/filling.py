"""Puts a stream into the panes: all of a new one, more of one that is being read, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.model import Node, NodeKind
from ui.inspector.content import Content
from ui.inspector.presenter import Loaded, Presenter, StreamBytes
from ui.inspector.selection import SelectionModel
from ui.inspector.verdicts import expected, verdict
from ui.models.field_tree import FieldTreeModel
from ui.models.texts import shown
from ui.shell import formats
from ui.shell.documents import Document
from ui.shell.failures import told
from ui.shell.tasks import Tasks
from ui.words import plural, tr

HEAVY_CHILDREN, HEAVY_BYTES = 2000, 256 << 10
"""From how many rows, or how long a section, a node is decoded in a worker."""


def heavy(node: Node) -> bool:
    """Whether decoding the rows below could hold the window up."""
    return node.children >= HEAVY_CHILDREN or (node.length >= HEAVY_BYTES and len(node.path) == 1)


def _not_decoded(node: Node, error: Exception) -> Node:
    """The row in the place of those that there should be."""
    path = (*node.path, 0)
    return Node(
        path, tr("Not decoded"), "", told(error, beside=True), "", node.offset, node.length, NodeKind.FAULT, 0, None
    )


class Filling:
    """One per page.  ``size`` writes bytes in the units of the settings."""

    def __init__(
        self,
        content: Content,
        selection: SelectionModel,
        presenter: Presenter,
        tasks: Tasks,
        size: Callable[[int], str],
    ) -> None:
        self._content, self._selection = content, selection
        self._presenter, self._tasks, self._size = presenter, tasks, size
        self._loaded: Loaded | None = None

    def begin(self, loaded: Loaded, document: Document) -> None:
        """Another stream: nothing of the last one stays."""
        content = self._content
        self._loaded = loaded
        content.tree.find.clear()
        content.bar.clear()
        self._replace_model(loaded)
        content.records.set_records(loaded.index.records, loaded.digits)
        content.bytes.set_digits(loaded.digits)
        content.bytes.clear_range()
        content.bytes.set_domain(loaded.index.libvirt.xml if loaded.index.libvirt is not None else None)
        content.bytes.hex.set_source(StreamBytes(loaded.index))
        content.problems.show_nothing()
        content.header.set_stream(document.label, shown(document.sources[0]))

    def _replace_model(self, loaded: Loaded) -> None:
        tree, old = self._content.tree, self._content.tree.model
        model = FieldTreeModel(loaded.index.tree, tree, heavy=heavy, digits=loaded.digits)
        model.children_wanted.connect(lambda node: self._tasks.start(self._decode(model, node), tr("Decode a section")))
        tree.set_model(model)
        if old is not None:
            old.deleteLater()

    def grow(self, loaded: Loaded, *, finished: bool) -> None:
        """More of the same stream."""
        content = self._content
        self._loaded = loaded
        assert content.tree.model is not None
        content.tree.model.grow(loaded.index.tree)
        content.records.grow(loaded.index.records)
        content.bytes.hex.grow(StreamBytes(loaded.index), finished=finished)

    def say(self, loaded: Loaded, *, finished: bool) -> None:
        """What is said of the stream as a whole; ``finished``: no more will come."""
        content, index = self._content, loaded.index
        content.tree.set_problems(index.problems)
        content.tree.tree.set_largest(index.size)
        content.problems.set_problems(
            index.problems,
            digits=loaded.digits,
            reading=not finished,
            whole=index.complete,
            expected=expected(loaded.verdict),
            checked=bool(loaded.against),
        )
        content.ram.set_blocks(index.blocks)
        content.bar.set_stream(loaded.table, index.size, index.problems, read=None if finished else index.indexed)
        self._say_facts(loaded, finished)
        if finished:
            content.header.set_progress(None)
            content.header.set_verdict(verdict(loaded.verdict, complete=index.complete))
        else:
            content.header.set_progress(100 * index.indexed // index.size if index.size else -1)

    def _say_facts(self, loaded: Loaded, finished: bool) -> None:
        index = loaded.index
        machine = shown(index.configuration.machine) if index.configuration else ""
        took = tr("read in {span}", span=formats.duration(index.elapsed)) if finished else ""
        #: What the stream is packed in: gzip, or a qcow2 image
        packed = "" if index.source.container == "raw" else tr("in {container}", container=index.source.container)
        if index.libvirt is not None:
            #: Whose state libvirt saved
            packed = tr("libvirt domain {name}", name=shown(index.libvirt.domain))
        if index.channels:
            packed = plural("{n} channel", "{n} channels", len(index.channels))
        facts: tuple[str, ...] = (self._size(index.size), machine, packed, took)
        if loaded.against:
            #: The machine whose problems with the stream are shown
            target = loaded.against if " " in loaded.against else loaded.against.rpartition("/")[2]
            facts = (tr("checked against {target}", target=shown(target)), *facts)
        self._content.header.set_facts(facts)
        passes = plural("{n} precopy iteration", "{n} precopy iterations", index.iterations)
        caption = tr("Whole stream to scale: {size}", size=self._size(index.size))
        self._content.bar.set_caption(f"{caption}, {passes}" if index.iterations else caption)

    def clear(self) -> None:
        """No stream."""
        self._loaded = None
        self._content.tree.set_model(None)
        self._content.bytes.hex.set_source(None)
        self._content.bar.clear()

    async def _decode(self, model: FieldTreeModel, node: Node) -> None:
        if self._loaded is None:
            return
        try:
            children = await self._presenter.children(self._loaded.index, node)
        except Exception as error:
            if model is self._content.tree.model:
                model.provide(node.path, [_not_decoded(node, error)])
            if isinstance(error, SnapmgrError | OSError):
                return
            raise  # a fault of our own is told with its details too
        if model is self._content.tree.model:
            model.provide(node.path, children)
            selection = self._selection.current
            if selection is not None and selection.path[: len(node.path)] == node.path:
                self._content.tree.show_path(selection.path)
