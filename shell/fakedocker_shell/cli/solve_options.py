"""What buildx's flags mean that are small languages of their own: --secret, --output, --platform; and what it refuses.

Source: buildx build/build.go, util/buildflags.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec import Struct, field

from fakedocker_shell.cli.archives import lowered
from fakedocker_shell.cli.context import Context
from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.cli.go_values import split_csv
from fakedocker_shell.cli.reference import parse

_DRIVER = (
    "{what} is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, "
    "and try again.\nLearn more at https://docs.docker.com/go/{where}/"
)
_NOT_SIMULATED = ("allow", "annotation", "build-context", "cache-from", "ssh")
_TYPES = ("local", "tar", "docker", "image", "registry", "cacheonly")
_LEAST = ("", "false", "true", "min", "mode=min")
_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_SECRET_KEYS = ("env", "id", "source", "src", "type")


class Output(Struct):
    """What becomes of the result.

    Args:
        destination: a path of the host, "-" for standard output, "" for the engine.
    """

    type: str = ""
    destination: str = ""
    push: bool = False
    names: list[str] = field(default_factory=list)


def wants_more(options: Options) -> bool:
    """Whether something is asked for that depends on the engine's image store."""
    return len(platforms(options)) > 1 or bool(options["cache-to"]) or _asks_for_attestations(options)


def _asks_for_attestations(options: Options) -> bool:
    """Whether attestations are asked for by name, not as buildx always does."""
    return bool(options["attest"]) or options["sbom"] not in ("", "false") or options["provenance"] not in ("", "false")


def default_attestation(options: Options, environment: Mapping[str, str]) -> bool:
    """Whether buildx asks for provenance (buildx build.toSolveOpt); an engine that keeps none leaves it out."""
    wanted = environment.get("BUILDX_NO_DEFAULT_ATTESTATIONS", "") not in _TRUE
    return options["provenance"] != "false" and (wanted or options["provenance"] != "")


def refuse_unsupported(options: Options, has_containerd_store: bool) -> None:
    """Raise CliError for what the docker driver cannot do, and for what is not simulated.

    Args:
        has_containerd_store: whether the engine's images are in containerd's store.
    """
    if len(platforms(options)) > 1:
        if has_containerd_store:
            raise UnsimulatedError("a build for several platforms is not simulated by fakedocker")
        raise CliError(_DRIVER.format(what="Multi-platform build", where="build-multi-platform"))
    if options["cache-to"]:
        if has_containerd_store:
            raise UnsimulatedError("--cache-to is not simulated by fakedocker")
        raise CliError(_DRIVER.format(what="Cache export", where="build-cache-backends"))
    if _asks_for_attestations(options):
        if not has_containerd_store:
            raise CliError(_DRIVER.format(what="Attestation", where="attestations"))
        if options["attest"] or options["sbom"] not in ("", "false") or options["provenance"] not in _LEAST:
            raise UnsimulatedError("of attestations, only the least provenance is simulated by fakedocker")
    for name in _NOT_SIMULATED:
        if options[name]:
            raise UnsimulatedError(f"--{name} is not simulated by fakedocker")


def check_tags(tags: list[str]) -> None:
    """Raise CliError for a name that no image can have."""
    for tag in tags:
        try:
            parse(tag)
        except ValueError as problem:
            raise CliError(f'invalid tag "{tag}": {problem}') from None


def platforms(options: Options) -> list[str]:
    """Every platform asked for."""
    return [platform for text in options["platform"] for platform in _parts(text)]


def parse_output(options: Options) -> Output:
    """What --output, --load and --push say.

    Raises:
        CliError: it makes no sense, or is not supported by the docker driver.
    """
    texts = options["output"]
    if len(texts) > 1 or (texts and options["load"]):
        raise CliError("multiple outputs currently unsupported by the docker driver")
    found = _output(texts[0]) if texts else Output()
    if options["push"]:
        if found.type not in ("", "image", "registry"):
            raise CliError(
                "push and load may not be set together at the moment"
                if options["load"]
                else f"push is not supported with the {found.type} exporter"
            )
        found.push = True
    return found


def _parts(text: str) -> list[str]:
    """Comma-separated values. Raises CliError."""
    try:
        return split_csv(text)
    except ValueError as problem:
        raise CliError(str(problem)) from None


def _output(text: str) -> Output:
    if "=" not in text:
        return Output("tar", "-") if text == "-" else Output("local", text)
    values: dict[str, str] = {}
    for part in _parts(text):
        key, equals, value = part.partition("=")
        if not equals:
            raise CliError(f"invalid value {part}")
        values[key.lower()] = value
    kind = values.get("type", "")
    if not kind:
        raise CliError("type is required for output")
    if kind == "oci":
        raise CliError(_DRIVER.format(what="OCI exporter", where="build-exporters"))
    if kind not in _TYPES:
        raise CliError(f"unknown exporter {kind!r}".replace("'", '"'))
    destination = values.get("dest", values.get("destination", ""))
    if kind in ("local", "tar") and not destination:
        if kind == "local":
            raise CliError("dest is required for local output")
        destination = "-"
    names = _parts(values["name"]) if values.get("name") else []
    return Output(kind, destination, kind == "registry" or values.get("push") == "true", names)


def read_secrets(context: Context, texts: list[str]) -> dict[str, bytes]:
    """The contents of secrets by their ids.

    Raises:
        CliError: one is not there.
    """
    return dict(_secret(context, text) for text in texts)


def _secret(context: Context, text: str) -> tuple[str, bytes]:
    values: dict[str, str] = {}
    for part in _parts(text):
        key, equals, value = part.partition("=")
        if not equals:
            raise CliError(f"invalid field '{part}' must be a key=value pair")
        if key.lower() not in _SECRET_KEYS:
            raise CliError(f"unexpected key '{key}' in '{part}'")
        values[key.lower()] = value
    path, variable = values.get("src", values.get("source", "")), values.get("env", "")
    identifier = values.get("id", "") or posixpath.basename(path)
    if not identifier:
        raise CliError("id is required for secret")
    if values.get("type") == "env" and not variable:
        variable, path = path or identifier, ""
    if not path and not variable and identifier in context.environment:
        variable = identifier
    if variable:
        return identifier, context.environment.get(variable, "").encode()
    path = path or identifier
    try:
        return identifier, context.files.read_bytes(posixpath.join(context.directory, path))
    except OSError as error:
        raise CliError(f"failed to stat {path}: stat {path}: {lowered(error)}") from None
