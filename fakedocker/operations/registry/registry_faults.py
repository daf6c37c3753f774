"""What registries and pulls suffer by rule: no answer, refusals, and downloads that are slow, wrong or cut off.

Sources of the texts: moby distribution/errors.go (what a registry says is passed on, with status 500), pull_v2.go and
xfer/download.go (five attempts, after 5, 10, 15, 20 and 25 seconds).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.messages import Refusal
from fakedocker.base.reference import DEFAULT_DOMAIN, Reference
from fakedocker.faults import matching, model
from fakedocker.faults.model import Rule
from fakedocker.images.model import content_digest
from fakedocker.operations.images import content_store
from fakedocker.operations.registry import transfer_schedule
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import TransferStep

ANSWERS = (model.DOWN, model.AUTH_DOWN, model.UNAUTHORIZED, model.TOO_MANY, model.ERROR)
DOWNLOADS = (model.MISMATCH, model.SLOW, model.CUT_OFF)
RETRIES_AFTER_SECONDS = (5, 10, 15, 20, 25)
_HUB_ENDPOINT = "registry-1.docker.io"
_REASONS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


def meet(draft: Draft, name: Reference, effects: Iterable[str]) -> Rule | None:
    """The first rule with one of these effects that strikes what is asked of a registry about an image."""
    if not draft.fault_rules:
        return None

    def concerns(rule: Rule) -> bool:
        if rule.effect not in effects:
            return False
        if rule.target == model.REGISTRY:
            return rule.name == name.domain
        return rule.target == model.IMAGE and matching.same_image(rule.name, name)

    draft.fault_rules, struck = matching.strike(draft.fault_rules, draft.seed, draft.now_ns, concerns)
    return struck[0] if struck else None


def unreachable(host: str) -> messages.Refusal:
    """What is told of a registry that is not there: this machine has no such port, or DNS no such name."""
    name, _, port = host.partition(":")
    if name == "localhost" or name.startswith("127."):
        address = f"{name.replace('localhost', '127.0.0.1')}:{port or '80'}"
        return messages.REGISTRY_DOWN(scheme="http", host=host, address=address)
    return messages.REGISTRY_LOOKUP(host=host, name=name)


def answer(draft: Draft, name: Reference) -> None:
    """Let a registry not answer as it should, where a rule says so.

    Raises:
        Refusal: in docker's words. It keeps what the rules have counted.
    """
    rule = meet(draft, name, ANSWERS)
    if rule is None:
        return
    refusal = _no_token(draft, name) if rule.effect == model.AUTH_DOWN else _refusal(rule, name)
    raise Refusal(refusal.status, refusal.message, commits_partial=True)


def _no_token(draft: Draft, name: Reference) -> Refusal:
    """The registry asks for a token, and who gives them does not answer: each store in its words."""
    reference = name.digest or name.tag or "latest"
    scope = name.path.replace("/", "%2F")
    if content_store.is_used(draft):
        return messages.TARGET_AUTHORIZATION_DOWN(scope=scope)
    return messages.AUTHORIZATION_DOWN(path=name.path, reference=reference, scope=scope)


def _refusal(rule: Rule, name: Reference) -> Refusal:
    if rule.effect == model.DOWN:
        host = _HUB_ENDPOINT if name.domain == DEFAULT_DOMAIN else name.domain
        scheme = "http" if host.partition(":")[0] == "localhost" else "https"  # moby takes a local one for insecure
        return messages.REGISTRY_DOWN(scheme=scheme, host=host, address=host if ":" in host else f"{host}:443")
    if rule.effect == model.UNAUTHORIZED:
        return messages.REGISTRY_UNAUTHORIZED()
    if rule.effect == model.TOO_MANY:
        return messages.REGISTRY_TOO_MANY()
    reason = _REASONS.get(rule.status, "Error")
    return Refusal(500, rule.message or messages.REGISTRY_STATUS.text.format(status=rule.status, reason=reason))


def hide(draft: Draft, name: Reference) -> None:
    """Let a registry not know an image, where a rule says so. Raises Refusal, as `answer`."""
    if meet(draft, name, (model.NOT_FOUND,)) is not None:
        refusal = messages.MANIFEST_UNKNOWN(name=name.familiar)
        raise Refusal(refusal.status, refusal.message, commits_partial=True)


def spoil(
    draft: Draft, name: Reference, manifest: Manifest, steps: tuple[TransferStep, ...]
) -> tuple[tuple[TransferStep, ...], str]:
    """What becomes of a download.

    Args:
        steps: how it would go.

    Returns:
        how it goes, and the error that it ends in, "" for none.
    """
    rule = meet(draft, name, DOWNLOADS)
    wanted = [remote for remote in manifest.layers if remote.layer.chain_id not in draft.layers]
    if rule is None:
        return steps, ""
    if rule.effect == model.SLOW:
        return tuple(replace(step, after_ns=step.after_ns * rule.amount) for step in steps), ""
    if not wanted:
        return steps, ""
    if rule.effect == model.CUT_OFF and rule.amount:
        return _broken_off(draft, steps, rule.amount)
    victim = wanted[0]
    if content_store.is_used(draft):
        return _spoiled_content(steps, victim, rule)
    if rule.effect == model.MISMATCH:
        return _until(steps, victim, "Verifying Checksum"), messages.LAYER_VERIFICATION.text.format(
            digest=victim.digest
        )
    return _retried(steps, victim), messages.DOWNLOAD_CUT_OFF


def _spoiled_content(
    steps: tuple[TransferStep, ...], victim: RemoteLayer, rule: Rule
) -> tuple[tuple[TransferStep, ...], str]:
    """The same in containerd's store, which tells of a blob once it is whole and of no further attempts (containerd
    core/content/helpers.go, plugins/content/local/writer.go)."""
    told = _until(steps, victim, "Download complete")[:-1]
    if rule.effect == model.MISMATCH:
        other = content_digest(victim.digest.encode())
        return told, messages.COMMIT_DIGEST.format(digest=victim.digest, actual=other)
    return told, messages.COPY_CUT_OFF


def _broken_off(
    draft: Draft, steps: tuple[TransferStep, ...], limit_bytes: int
) -> tuple[tuple[TransferStep, ...], str]:
    """A download whose connection breaks when so many bytes have come in all, of whatever layer it is that brings the next."""
    came: dict[str, int] = {}
    for position, step in enumerate(steps):
        told = msgspec.json.decode(step.progress) if step.progress else {}
        if told.get("status") != "Downloading":
            continue
        identifier, detail = told["id"], told.get("progressDetail", {})
        came[identifier] = detail.get("current", 0)
        too_many = sum(came.values()) - limit_bytes
        if too_many > 0:
            last = transfer_schedule.moved(identifier, "Downloading", came[identifier] - too_many, detail["total"])
            begun = (*steps[:position], replace(step, progress=last))
            if content_store.is_used(draft):
                return begun, messages.COPY_CUT_OFF
            return _attempts(begun, identifier), messages.DOWNLOAD_CUT_OFF
    return steps, ""


def _until(steps: tuple[TransferStep, ...], remote: RemoteLayer, status: str) -> tuple[TransferStep, ...]:
    """The steps up to a layer's status."""
    last = transfer_schedule.state(transfer_schedule.short_digest(remote.digest), status)
    position = next(index for index, step in enumerate(steps) if step.progress == last)
    return steps[: position + 1]


def _retried(steps: tuple[TransferStep, ...], remote: RemoteLayer) -> tuple[TransferStep, ...]:
    """A download whose connection breaks each time, and the countdowns to the next attempt."""
    begun = _until(steps, remote, "Verifying Checksum")[:-1]
    return _attempts(begun, transfer_schedule.short_digest(remote.digest))


def _attempts(begun: tuple[TransferStep, ...], identifier: str) -> tuple[TransferStep, ...]:
    """What came first, and the countdowns to the next attempts, which come to nothing."""
    told = list(begun)
    now_ns = told[-1].after_ns
    for seconds in RETRIES_AFTER_SECONDS:
        for left in range(seconds, 0, -1):
            text = f"Retrying in {left} second{'s' if left > 1 else ''}"
            told.append(TransferStep(after_ns=now_ns, progress=transfer_schedule.state(identifier, text)))
            now_ns += SECOND_NS
    told.append(TransferStep(after_ns=now_ns, progress=transfer_schedule.state(identifier, "Downloading")))
    return tuple(told)
