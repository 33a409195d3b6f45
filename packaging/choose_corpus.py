"""Choose the part of the corpus that a clone carries: ``python packaging/choose_corpus.py FULL_CORPUS``.

Writes tests/data anew, in the layout of the whole: streams/ and images/, each with the MANIFEST.json of what was
chosen.  Every shape, format and kind of damage is there at least once; what is left out are mostly the same
things again from another QEMU version.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "tests" / "data"
LIMIT = 13 << 20

STREAMS = """
    tiny.v72 tiny.v100 machine-none.v72 machine-none.v100 pc-halt.v72 pc-halt.v100 pc-live.v72 pc-live.v100
    isapc.v100 microvm.v72 q35-live.v100 devices-pc.v72 uuid.v72 uuid.v100 no-footer.v72
    no-vmdesc.v72 no-config-no-vmdesc.v72 bare.v72 older-pc.v72 background-snapshot.v100 postcopy.v72
    postcopy-recover.v72 devices-q35.v100 xbzrle.v100
"""

IMAGES = """
    vm-hmp-72 vm-two-disks-72 vm-cs512 vm-extl2 vm-v2 vm-resized vm-numeric-names vm-backing
    names-odd names-dup-id names-long-id names-id-gaps many-200
    fmt-v2 fmt-v3 fmt-cs512 fmt-cs4k fmt-cs2m fmt-v2-cs4k fmt-rb1 fmt-rb2 fmt-rb2-full fmt-rb8 fmt-rb64 fmt-rb32-cs4k
    fmt-extl2 fmt-extl2-cs16k fmt-lazy fmt-prealloc-meta fmt-keep-data-ext fmt-zlib fmt-zstd
    fmt-backing-raw fmt-backing-qcow2 fmt-backing-missing fmt-data-file fmt-data-file-raw fmt-aes
    fmt-zero fmt-discard fmt-bitmaps fmt-resized fmt-resized-4k fmt-resized-v2 fmt-big fmt-big-2m fmt-tiny
    fmt-old-table fmt-extra16 fmt-extra-more fmt-header-ext
    bad-leak bad-dirty-bit bad-corrupt-bit bad-dirty-real bad-refcount-zero bad-refblock-unaligned bad-l2-overlap-l1
    bad-l2-beyond-eof bad-l2-unaligned bad-l2-reserved-bits bad-l1-entry-unaligned bad-l1-offset-beyond-eof
    bad-l1-offset-unaligned bad-l1-size-huge bad-l1-size-small bad-trunc-half bad-trunc-512 bad-trunc-72
    bad-trunc-80 bad-trunc-20 bad-snap-count-huge bad-snap-count-65537 bad-snap-count-3 bad-snap-count-0
    bad-snap-offset-beyond-eof bad-snap-offset-unaligned bad-snap-table-cut bad-snap-extra-huge bad-snap-extra-8
    bad-snap-idsize-huge bad-snap-l1-huge bad-snap-l1-unaligned bad-snap-vmstate-huge bad-snap-vmstate-32
    bad-snap-disksize-huge bad-snap-disksize-zero bad-unknown-incompat bad-unknown-incompat-named bad-datafile-bit
    bad-compression-bit bad-refcount-order-63 bad-cluster-bits-8 bad-cluster-bits-63 bad-header-length-0
    bad-header-length-106 bad-header-ext-huge bad-version-1 bad-version-4 bad-crypt-5 bad-size-huge bad-size-odd
    bad-reftable-huge bad-compressed bad-backing-name-1024 bad-backing-self bad-backing-name-outside bad-backing-loop
"""


def stream_files(value: Any) -> list[str]:
    """Every stored file that a stream's entry names, however deep."""
    if isinstance(value, dict):
        own = [value["file"]] if isinstance(value.get("file"), str) and "stored_size" in value else []
        return own + [file for child in value.values() for file in stream_files(child)]
    return []


def choose_streams(corpus: Path) -> None:
    """The named streams, every kind of damage once, and the files for their command lines."""
    manifest = json.loads((corpus / "streams" / "MANIFEST.json").read_text())
    manifest["cases"] = {name: manifest["cases"][name] for name in STREAMS.split()}
    manifest["damaged"] = {name: case for name, case in manifest["damaged"].items() if name.endswith(".v72")}
    manifest["not_made"] = {}
    files = [file for part in ("aux", "cases", "damaged") for file in stream_files(manifest[part])]
    copy(corpus / "streams", TARGET / "streams", files, manifest)


def choose_images(corpus: Path) -> None:
    """The named images and everything that is not qcow2."""
    manifest = json.loads((corpus / "images" / "MANIFEST.json").read_text())
    wanted = set(IMAGES.split())
    manifest["cases"] = [case for case in manifest["cases"] if case["name"] in wanted or case["group"] == "other"]
    missing = wanted - {case["name"] for case in manifest["cases"]}
    if missing:
        sys.exit(f"not in the corpus: {', '.join(sorted(missing))}")
    files = [entry.get("stored", entry["file"]) for case in manifest["cases"] for entry in case["files"]]
    copy(corpus / "images", TARGET / "images", [*files, "FACTS.json"], manifest)


def copy(source: Path, target: Path, files: list[str], manifest: dict[str, Any]) -> None:
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        (target / file).write_bytes((source / file).read_bytes())
    (target / "MANIFEST.json").write_text(json.dumps(manifest, separators=(",", ":")) + "\n")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for folder in ("streams", "images"):  # what stands beside them was not chosen here
        shutil.rmtree(TARGET / folder, ignore_errors=True)
    choose_streams(Path(sys.argv[1]))
    choose_images(Path(sys.argv[1]))
    total = sum(path.stat().st_size for path in TARGET.rglob("*") if path.is_file())
    print(f"{TARGET.name}: {total / (1 << 20):.2f} MiB of at most {LIMIT >> 20}")
    if total > LIMIT:
        sys.exit("too much: choose less")


if __name__ == "__main__":
    main()
