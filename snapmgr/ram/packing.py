"""Which record each page becomes: zero, normal, compressed, or what changed since last time (ram_save_target_page)."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from snapmgr.gathered import Gathered
from snapmgr.ram.bitmap import Flags, Pages
from snapmgr.ram.compress import pack
from snapmgr.ram.counters import RamCounters
from snapmgr.ram.encode import U8, Ints, Records, gathered_records, plain_records
from snapmgr.ram.room import Room
from snapmgr.ram.words import RamFlag
from snapmgr.ram.xbzrle import ENCODING, Encoded, encode
from snapmgr.ram.xbzrle_cache import XbzrleCache
from snapmgr.savevm.handlers import StreamOptions
from snapmgr.totals import totals

SMALL = 256
"""Pages at once where packing takes room of its own."""

UNBOUNDED = 1 << 30


@dataclass(frozen=True, slots=True)
class PackingOptions:
    """Parameters of QEMU's names: ``xbzrle_cache_size`` in bytes, ``compress_level`` 0 to 9."""

    xbzrle_cache_size: int = 64 << 20
    compress_level: int = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages of one block in ascending order, with a row of ``contents`` and a flag ``zero`` for each.

    ``base`` + page numbers a page among those of all blocks.
    """

    pages: Pages
    base: int
    contents: U8
    zero: Flags


class Packing:
    """State of one migration: the cache, and whether the first pass over all RAM is behind us.

    Pages are compressed by the executor's threads, or where there is none by the caller itself.
    """

    def __init__(
        self, options: PackingOptions, stream: StreamOptions, counters: RamCounters, executor: Executor | None = None
    ) -> None:
        self._options = options
        self._executor = executor
        self._bits = stream.page_bits
        self._compress = "compress" in stream.capabilities
        self._counters = counters
        self._cache: XbzrleCache | None = None
        self._again = False
        self._room = Room()
        if "xbzrle" in stream.capabilities:
            self._cache = XbzrleCache(options.xbzrle_cache_size, self._bits)
            counters.xbzrle.cache_size = self._cache.size

    @property
    def most(self) -> int:
        """Pages that a batch may have."""
        return min(SMALL, self.reach) if self._cache is not None or self._compress else UNBOUNDED

    @property
    def reach(self) -> int:
        """Pages that a batch may stretch over: those of one batch share no slot of the cache."""
        return self._cache.slots if self._cache is not None else UNBOUNDED

    def next_round(self) -> None:
        """All blocks were gone through: from now on xbzrle is worth while (find_dirty_block)."""
        self._again = True

    def records(self, batch: Batch, age: int, *, opens: bool, update: bool, plain: bool) -> U8:
        """Records that continue the block, in the order of the pages.

        ``age`` is the number of the pass; ``opens`` whether the block is still to be named, for which no compressed
        page serves; ``update`` whether these pages may be sent again; ``plain`` forbids xbzrle.
        """
        if self._cache is not None and self._again and not plain:
            return self._changes(batch, self._cache, age, update=update)
        if self._compress and (self._cache is None or not self._again):
            return self._compressed(batch, opens=opens)
        self._count_plain(batch.zero)
        return plain_records(batch.pages, batch.contents, batch.zero, self._bits, self._room.take)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is ever packed."""
        return self._cache is None and not self._compress

    def gathered(self, batch: Batch) -> Gathered:
        """As ``records`` where all is plain, with contents that are not copied."""
        self._count_plain(batch.zero)
        return gathered_records(batch.pages, batch.contents, batch.zero, self._bits)

    def _count_plain(self, zero: Flags) -> None:
        duplicate = int(np.count_nonzero(zero))
        self._counters.duplicate += duplicate
        self._counters.normal += len(zero) - duplicate

    def _compressed(self, batch: Batch, *, opens: bool) -> U8:
        """Pages that are not zero as be32 length and zlib (save_compress_page)."""
        packed = ~batch.zero
        packed[0] &= not opens
        streams = pack(batch.contents[packed], self._options.compress_level, self._executor)
        lengths = np.array([len(stream) for stream in streams], np.int64)
        sizes, flags = self._plain_layout(batch.zero)
        sizes[packed], flags[packed] = 4 + lengths, RamFlag.COMPRESS_PAGE
        records = Records(batch.pages, flags, sizes, self._bits)
        at = records.at[packed]
        records.put(at, lengths.astype(">u4").view(np.uint8).reshape(-1, 4))
        scatter(records.data, at + 4, lengths, np.frombuffer(b"".join(streams), np.uint8))
        self._put_plain(records, batch, ~packed)
        self._counters.compression.pages += len(lengths)
        self._counters.compression.compressed_size += int(lengths.sum()) + 4 * len(lengths)
        return records.data

    def _changes(self, batch: Batch, cache: XbzrleCache, age: int, *, update: bool) -> U8:
        """Pages that the other side holds as what changed; unchanged ones are left out (save_xbzrle_page).

        Of a guest that runs meanwhile a copy is taken: the cache must hold what was sent.
        """
        batch = replace(batch, contents=batch.contents.copy())
        number, stays = batch.pages + batch.base, batch.zero.copy()
        hit = ~batch.zero
        hit[hit] = cache.held(number[hit], age)
        missed = ~batch.zero & ~hit
        encoded = encode(cache.contents(number[hit]), batch.contents[hit])
        self._count_changes(encoded, int(np.count_nonzero(missed)))
        cache.store(number[stays], batch.contents[stays], age)
        if update:
            cache.store(number[~stays], batch.contents[~stays], age)
        return self._change_records(batch, hit, encoded)

    def _change_records(self, batch: Batch, hit: Flags, encoded: Encoded) -> U8:
        sizes, flags = self._plain_layout(batch.zero)
        fits = hit.copy()
        fits[hit] = encoded.fits
        lengths = encoded.sizes[encoded.fits]
        sizes[fits], flags[fits] = 3 + lengths, RamFlag.XBZRLE
        kept = np.ones(len(hit), np.bool_)
        kept[hit] = encoded.sizes > 0
        records = Records(batch.pages[kept], flags[kept], sizes[kept], self._bits)
        changed = fits[kept]
        at, lengths = records.at[changed], lengths[lengths > 0]
        records.data[at] = ENCODING
        records.put(at + 1, lengths.astype(">u2").view(np.uint8).reshape(-1, 2))
        scatter(records.data, at + 3, lengths, encoded.data)
        rest = Batch(batch.pages[kept], batch.base, batch.contents[kept], batch.zero[kept])
        self._put_plain(records, rest, ~changed)
        return records.data

    def _count_changes(self, encoded: Encoded, missed: int) -> None:
        counters, sent = self._counters.xbzrle, encoded.fits & (encoded.sizes > 0)
        overflow = int(np.count_nonzero(~encoded.fits))
        counters.cache_miss += missed
        counters.pages += len(encoded.sizes)
        counters.overflow += overflow
        counters.bytes += int((encoded.sizes[sent] + 3).sum()) + (overflow << self._bits)

    def _plain_layout(self, zero: Flags) -> tuple[Ints, Ints]:
        """(sizes, flags) as zero and normal records have them."""
        sizes = np.where(zero, 1, 1 << self._bits)
        return sizes, np.where(zero, int(RamFlag.ZERO), int(RamFlag.PAGE))

    def _put_plain(self, records: Records, batch: Batch, which: Flags) -> None:
        """Contents of those of ``which`` that are zero or normal records."""
        zero, normal = which & batch.zero, which & ~batch.zero
        records.data[records.at[zero]] = 0
        records.put(records.at[normal], batch.contents[normal])
        self._count_plain(batch.zero[which])


def scatter(data: U8, at: Ints, lengths: Ints, source: U8) -> None:
    """Pieces of ``source`` that follow each other, to these indices of ``data``."""
    shift = at - (totals(lengths) - lengths)
    data[np.repeat(shift, lengths) + np.arange(len(source))] = source
