"""What stands in a stream and not in the target, and the other way round: each as a problem, with what would mend it.

Only where QEMU would stop is an error; what it passes over in silence is a warning, for the guest may miss it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from snapmgr.inspect.against.known import minimum_version, subsections
from snapmgr.inspect.against.mend import block_option, device_option, memory_option, place_hint, renamed_block
from snapmgr.inspect.against.target import Target, TargetBlock, TargetDevice
from snapmgr.inspect.against.virtio import features
from snapmgr.inspect.against.virtio_names import feature_names, feature_options
from snapmgr.inspect.aliases import answers
from snapmgr.inspect.explain import counted
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Problem, Record, Severity
from snapmgr.savevm.incoming import c_string, signed
from snapmgr.vmstate.description import Field, Group, Struct
from snapmgr.wire.wording import VERSIONS, by_version, failed, shown

_MOST = 1 << 20
"""Bytes of a section that are looked through for features."""

_OTHER_MACHINE = "The two machines were started with other options, or are of other versions."
_IGNORED = "QEMU says nothing of it; the guest finds the state after reset."


def differences(index: StreamIndex, target: Target) -> list[Problem]:
    """Everything that differs, in the order of the stream; what only the target has comes last."""
    problems = [*_machine(index, target)]
    if target.blocks is not None and index.listed:
        problems += _blocks(index, target.blocks)
    if target.devices is not None:
        problems += _sections(index, target.devices, target.releases)
    return problems


# -- machine ---------------------------------------------------------------------------------------------------------


def _machine(index: StreamIndex, target: Target) -> Iterator[Problem]:
    info = index.configuration
    if info is None or target.machine is None:
        return
    received = c_string(info.machine)
    if not target.machine.startswith(received):
        text = f"Machine type received is '{shown(received)}' and local is '{target.machine}'"
        message = f"The stream is of the machine type {shown(received)}, the target is {target.machine}"
        hint = f"Start the target with -M {shown(received)}."
        yield _error("configuration-machine", 13, message, text, hint, length=len(info.machine))
    bits = info.target_page_bits or target.page_bits_minimum
    if bits != target.page_bits:
        text = f"Received TARGET_PAGE_BITS is {bits} but local is {target.page_bits}"
        pages = f"{1 << bits} bytes" if bits < 64 else f"2^{bits} bytes"  # a damaged number
        message = f"The stream has pages of {pages}, the target of {1 << target.page_bits}"
        yield _error("configuration-page-bits", 8, message, text, "Use a QEMU for the same target, with the same -cpu.")


# -- RAM -------------------------------------------------------------------------------------------------------------


def _blocks(index: StreamIndex, blocks: tuple[TargetBlock, ...]) -> Iterator[Problem]:
    local = {block.name: block for block in blocks}
    listed = {block.name for block in index.listed}
    for block in index.listed:
        here = local.get(block.name)
        name = shown(block.name)
        if here is None:
            text = f'Unknown ramblock "{shown(c_string(block.name))}", cannot accept migration'
            spare = [other.name for other in blocks if other.name not in listed]
            renamed = [other for other in spare if local[other].used_length == block.used_length]
            hint = (
                renamed_block(name, shown(renamed[0]), block.used_length)
                if renamed
                else block_option(name, block.used_length)
            )
            message = f"The target has no RAM block {name}" + (
                f"; perhaps it is {shown(renamed[0])}" if renamed else ""
            )
            yield _error("ram-block", block.offset, message, text, hint, "ram (0)")
        elif here.used_length != block.used_length and not block.name.startswith("/rom@"):
            text = f"Size mismatch: {name}: 0x{block.used_length:x} != 0x{here.used_length:x}: Invalid argument"
            message = f"RAM block {name} has {block.used_length:#x} bytes, in the target {here.used_length:#x}"
            hint = memory_option(block.name, block.used_length, {b.name: b.used_length for b in index.listed})
            yield _error(
                "ram-size",
                block.offset + 1 + len(block.name.encode("utf-8", "surrogateescape")),
                message,
                text,
                hint,
                "ram (0)",
                8,
            )
        elif (block.page_size or here.page_size) != here.page_size:
            text = f"Mismatched RAM page size {name} (local) {here.page_size} != {block.page_size}"
            message = f"RAM block {name} has pages of {block.page_size} bytes, in the target {here.page_size}"
            hint = "Put the memory of both sides on pages of one size (-mem-path, or a memory-backend-file)."
            yield _error("ram-page-size", block.offset, message, text, hint, "ram (0)")
    for here in blocks:
        if here.name not in listed:
            message = f"RAM block {shown(here.name)} of the target is not in the stream"
            yield _warning("ram-block-missing", index.listed[0].offset, message, _IGNORED, section="ram (0)")


# -- sections --------------------------------------------------------------------------------------------------------


class _Devices:
    """The target's devices by what they answer to (savevm.c: find_se)."""

    def __init__(self, devices: tuple[TargetDevice, ...]) -> None:
        self.all = devices
        self._by_name: dict[str, list[TargetDevice]] = {}
        for device in devices:
            self._by_name.setdefault(device.idstr, []).append(device)
            if device.state is not None and device.idstr != device.state.vmsd_name:
                self._by_name.setdefault(device.state.vmsd_name, []).append(device)

    def find(self, idstr: str, instance_id: int) -> TargetDevice | None:
        named = self._by_name.get(c_string(idstr), [])
        return next((device for device in named if answers(device.idstr, device.instance_id, instance_id)), None)


def _sections(index: StreamIndex, devices: tuple[TargetDevice, ...], releases: tuple[str, ...]) -> Iterator[Problem]:
    local, met, absent = _Devices(devices), set[TargetDevice](), list[Record]()
    for record in index.records.of("FULL"):
        if not record.idstr:
            continue
        device = local.find(record.idstr, record.instance_id or 0)
        if device is None:
            absent.append(record)
            continue
        met.add(device)
        yield from _versions(record, device, releases)
        yield from _features(index, record, device, releases)
        yield from _layout(index, record, device)
    spare = [device for device in devices if device not in met]
    moved = {record.offset: _moved(record, spare) for record in absent}
    for record in absent:
        yield _unknown(record, moved[record.offset])
    spare = [device for device in spare if device not in moved.values()]
    end = index.records[-1].offset if len(index.records) else 0
    if len(spare) > 1 and not any(index.records.of("EOF")):
        yield _not_reached(index, spare)
        return
    for device in spare:
        name = f"{shown(device.idstr)} ({device.instance_id})"
        hint = f"{_IGNORED} {device_option(device.idstr, leave_out=True)}".strip()
        yield _warning("section-missing", end, f"The target has {name}, of which the stream holds nothing", hint)


def _not_reached(index: StreamIndex, spare: list[TargetDevice]) -> Problem:
    """One for all devices that a stream would have behind the place where it breaks off."""
    names = ", ".join(f"{shown(device.idstr)} ({device.instance_id})" for device in spare)
    message = f"The stream breaks off before its end: it has nothing of {len(spare)} devices of the target: {names}"
    cause = "The file was cut short, or the connection broke, while the stream was written."
    hint = "Save or send it again: what is missing cannot be made up."
    return Problem(Severity.WARNING, "sections-not-reached", index.size, message, None, 0, cause, hint)


def _moved(record: Record, spare: list[TargetDevice]) -> TargetDevice | None:
    """The device of the target that a section most likely is of, at another place."""
    kind = shown(c_string(record.idstr or "")).rpartition("/")[2]
    return next((device for device in spare if device.idstr.rpartition("/")[2] == kind), None)


def _unknown(record: Record, renamed: TargetDevice | None) -> Problem:
    idstr, instance = shown(c_string(record.idstr or "")), record.instance_id or 0
    text = (
        f"Unknown savevm section or instance '{idstr}' {instance}. Make sure that your current VM setup "
        "matches your saved VM setup, including any hotplugged devices"
    )
    if renamed is None:
        message = f"The target has no device {idstr} ({instance})"
        hint = device_option(idstr)
    else:
        message = f"The target has no device {idstr} ({instance}), but {renamed.idstr} ({renamed.instance_id})"
        hint = place_hint(idstr, renamed.idstr)
    at, length = record.offset + 5, 1 + len((record.idstr or "").encode("utf-8", "surrogateescape")) + 4
    return _error("device-unknown", at, message, text, hint, f"{idstr} ({instance})", length)


def _versions(record: Record, device: TargetDevice, releases: tuple[str, ...]) -> Iterator[Problem]:
    name, version = shown(c_string(record.idstr or "")), record.version_id or 0
    at, section = record.payload - 4, f"{name} ({record.instance_id})"
    if version > device.version:
        text = f"savevm: unsupported version {signed(version)} for '{name}' v{device.version}"
        message = f"{name} was saved in version {version}, the target loads up to {device.version}"
        yield _error("version-too-new", at, message, text, _newer(), section, 4)
    elif device.state is not None:
        state, texts, most = device.state.vmsd_name, dict[str, str](), 0
        for release in releases:
            least = device.minimum
            least = minimum_version(state, device.version, release) if least is None else least
            if version < least:
                text = f"{state}: incoming version_id {version} is too old for local minimum version_id  {least}"
                texts[release] = by_version(text, failed(text.replace("  ", " ")))[release]
                most = max(most, least)
        if texts:
            message = f"{name} was saved in version {version}, the target loads from {most} on"
            hint = "Load it with the QEMU that wrote it."
            problem = _error("version-too-old", at, message, "", hint, section, 4)
            yield replace(problem, qemu=texts)


def _features(index: StreamIndex, record: Record, device: TargetDevice, releases: tuple[str, ...]) -> Iterator[Problem]:
    """What the guest agreed on with a virtio device, where the guest of the target has agreed on something else."""
    kind = (record.idstr or "").rpartition("/")[2]
    if not kind.startswith("virtio-") or not device.payload or record.payload_length > _MOST:
        return
    sent = features(bytes(index.source.read(record.payload, record.payload_length)))
    local = features(device.payload)
    if not sent or not local or sent == local:
        return
    section = f"{shown(record.idstr or '')} ({record.instance_id})"
    for bits, where in ((sent & ~local, "stream"), (local & ~sent, "target")):
        if bits:
            message = f"Features that only the guest of the {where} took: {', '.join(feature_names(kind, bits))}"
            hint = "The guest of the target had them; this one does without."
            if where == "stream":
                hint = _offer(kind, bits, releases)
            yield _warning("virtio-features", record.payload, message, hint, section=section)


def _offer(kind: str, bits: int, releases: tuple[str, ...]) -> str:
    """How the target comes to offer them."""
    options = ",".join(feature_options(kind, bits, releases))
    instead = f"give the device {options}" if options else f"compare the properties of {kind}"
    return f"If the target does not offer them, QEMU refuses the device: {instead}."


def _newer() -> str:
    return "Load it with a QEMU at least as new, or save it with the machine type of the older one (-M)."


def _layout(index: StreamIndex, record: Record, device: TargetDevice) -> Iterator[Problem]:
    """Fields and subsections, where both sides describe them."""
    sent = index.description.find(record.idstr or "", record.instance_id or 0) if index.description else None
    if sent is None or device.state is None or sent.state == device.state or sent.state.contradiction is not None:
        return
    section = f"{shown(record.idstr or '')} ({record.instance_id})"
    ours, theirs = _named_subsections(sent.state), _named_subsections(device.state)
    for name in sorted(ours - theirs):
        known = {release: subsections(name.rpartition("/")[0], release) for release in VERSIONS}
        refusing = [release for release, names in known.items() if names is not None and name not in names]
        message = f"The subsection {name} is in the stream, and the target does not send it"
        if refusing:
            message += f"; QEMU {' and '.join(refusing)} does not know it"
        hint = "A device with other properties, or of another version, sends it: compare the options of both machines."
        yield _warning("subsection-extra", record.payload, message, hint, section=section)
    for name in sorted(theirs - ours):
        message = f"The subsection {name} of the target is not in the stream"
        yield _warning("subsection-missing", record.payload, message, _IGNORED, section=section)
    yield from _fields(sent.state, device.state, record, section)


def _fields(sent: Struct, local: Struct, record: Record, section: str) -> Iterator[Problem]:
    """Where they are as long in all, a release has given other names to the same bytes."""
    ours, theirs = ({_key(field) for field in state.fields} for state in (sent, local))
    differing = sorted({name for name, _ in ours ^ theirs})
    if differing and _length(sent) != _length(local):
        count = len(differing)
        names = ", ".join(differing[:5]) + (" …" if count > 5 else "")
        message = f"{counted(count, 'field')} of another length than the target sends: {names}"
        hint = "Lengths may depend on what the guest did; else the device was configured in another way."
        yield _warning("fields-differ", record.payload, message, hint, section=section)


def _length(state: Struct) -> int:
    return sum(field.length for field in state.fields)


def _key(field: Field | Group) -> tuple[str, int]:
    return field.name, field.length


def _named_subsections(state: Struct) -> set[str]:
    """Of every depth."""
    found = {below.vmsd_name for below in state.subsections}
    pending: list[Struct] = list(state.subsections)
    pending += [field.struct for field in state.fields if isinstance(field, Field) and field.struct is not None]
    for below in pending:
        found |= _named_subsections(below)
    return found


# -- problems --------------------------------------------------------------------------------------------------------


def _error(
    code: str, offset: int, message: str, qemu: str, hint: str, section: str | None = None, length: int = 0
) -> Problem:
    return Problem(Severity.ERROR, code, offset, message, section, length, _OTHER_MACHINE, hint, by_version(qemu))


def _warning(code: str, offset: int, message: str, hint: str, *, section: str | None = None) -> Problem:
    return Problem(Severity.WARNING, code, offset, message, section, 0, _OTHER_MACHINE, hint)
