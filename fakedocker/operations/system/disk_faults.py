"""Disks that are full, failing or slow by rule: the one that all are on, that of a container's layer, that of a volume."""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.faults import model
from fakedocker.faults.model import FaultError, Rule
from fakedocker.kernel import disks
from fakedocker.kernel.disks import SOUND, Disk
from fakedocker.volumes.model import file_system_of
from fakedocker.world.draft import Draft


def check(draft: Draft, rule: Rule) -> None:
    """Refuse what such a disk suffers already, and a volume that is not there."""
    if rule.target == model.VOLUME and rule.name not in draft.volumes:
        known = ", ".join(sorted(draft.volumes)) or "none"
        raise FaultError(f"no volume {rule.name!r}; there are {known}")
    is_counted = _key(rule) == disks.ALL and rule.effect == model.FULL
    same = (other for other in draft.fault_rules if other.target == rule.target and _key(other) == _key(rule))
    if not is_counted and any(other.effect == rule.effect for other in same):
        of = "of " if rule.target == model.DISK and rule.name else ""
        raise FaultError(f"{rule.target} {of}{rule.name}".strip() + " has such a fault already")


def _key(rule: Rule) -> str:
    """The file system that a rule is about; of a container's layer it is called as the container's id, which `fault_rules` looks up."""
    return file_system_of(rule.name) if rule.target == model.VOLUME else rule.other


def begin(draft: Draft, rule: Rule) -> None:
    """A disk suffers from now on."""
    key, kernel = _key(rule), draft.kernel_draft
    if rule.effect == model.FULL and key == disks.ALL:
        kernel.room_bytes = rule.amount if rule.amount >= 0 else -rule.amount * draft.host.disk_bytes // model.ONE_IN
        return
    _put(draft, key, _suffering(kernel.disks.get(key, SOUND), rule))


def _suffering(disk: Disk, rule: Rule) -> Disk:
    match rule.effect:
        case model.FULL:
            return replace(disk, room_bytes=rule.amount)
        case model.FAILING:
            return replace(disk, fails_writes=True)
        case model.FAILING_READS:
            return replace(disk, fails_reads=True)
        case _:
            return replace(disk, latency_ns=rule.amount)


def end(draft: Draft, rule: Rule) -> None:
    """A rule has been taken away: what it did is undone, and the others for the same disk hold."""
    key, kernel = _key(rule), draft.kernel_draft
    others = [
        other for other in draft.fault_rules if other.struck and (other.target, _key(other)) == (rule.target, key)
    ]
    if rule.effect == model.FULL and key == disks.ALL:
        kernel.room_bytes = -1
        for other in others:
            if other.effect == model.FULL:
                begin(draft, other)
        return
    disk = kernel.disks.get(key, SOUND)
    left = Disk(room_bytes=-1 if rule.effect == model.FULL else disk.room_bytes)
    for other in others:
        if other.effect != model.FULL:
            left = _suffering(left, other)
    _put(draft, key, left)


def _put(draft: Draft, key: str, disk: Disk) -> None:
    if disk == SOUND:
        draft.kernel_draft.disks.pop(key)
    else:
        draft.kernel_draft.disks[key] = disk
