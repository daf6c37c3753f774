"""Make the built-in catalogue: from the descriptions in fakedocker/registry/catalogue, what the package reads at run time.

    make_catalogue.py [--check] [--all]

Writes fakedocker/registry/data: images that are offered as they are described, and the families of all official ones. Digests are real: a layer's archive is made and hashed, which takes a second or so per 100 MB;
layers whose contents are as they were keep their digests (--all computes them again). --check writes nothing and says
what differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from catalogue_sources import ImageSource, SourceError, Sources, words
from catalogue_templates import make_template
from msgspec.structs import replace

from fakedocker.base import clock
from fakedocker.base.units import format_duration, parse_duration
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.images.model import HistoryEntry, Layer, chain_id, make_image
from fakedocker.registry import blobs, stored
from fakedocker.registry.hub import kept, lookup, official
from fakedocker.registry.hub.lookup import Found
from fakedocker.registry.manifests import make_manifest
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.wire.container import HealthConfig
from fakedocker.wire.image import ImageConfig

PACKAGE = Path(__file__).parent.parent / "fakedocker" / "registry"
SOURCES = PACKAGE / "catalogue"
DATA = PACKAGE / "data"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BUILDKIT_COMMENT = "buildkit.dockerfile.v0"


class Built(NamedTuple):
    """An image while others are built from it."""

    config: ImageConfig
    layers: tuple[RemoteLayer, ...]
    history: tuple[HistoryEntry, ...]


class Maker:
    """Builds every image of the sources.

    Args:
        sources: the descriptions.
        known: digests of layers that need not be computed, by `layer_key`.
        report: told of every layer whose digests are computed.
    """

    def __init__(
        self, sources: Sources, known: Mapping[str, stored.StoredLayer], report: Callable[[str], object]
    ) -> None:
        self.layers: dict[str, stored.StoredLayer] = {}
        self.repositories = sources.repositories
        self.sources = sources
        self._known = known
        self._report = report
        self._by_name: dict[str, ImageSource] = {}
        self._built: dict[tuple[str, ...], Built] = {}
        for image in sources.images:
            for tag in image.tags:
                name = f"{image.family}:{tag}"
                if name in self._by_name:
                    raise SourceError(f"{name} is described twice")
                self._by_name[name] = image

    def manifests(self) -> Iterator[tuple[ImageSource, Manifest]]:
        """Every image that is offered, with its manifest."""
        for image in self.sources.images:
            if not self._is_offered(image):
                continue
            built = self._build(image)
            made = make_image(
                created_ns=clock.instant(image.date),
                config=built.config,
                layers=tuple(remote.layer for remote in built.layers),
                history=built.history,
            )
            yield image, make_manifest(made, built.layers)

    def _is_offered(self, image: ImageSource) -> bool:
        """Whether an image is one of other people's, of the recordings, or one that the facts name with the very same configuration."""
        path = self.repositories[image.family].path
        name = path.removeprefix("library/")
        if image.recorded or name == path or kept.facts(name) is None:
            return True
        config = self._configured(image).config
        return any(
            official.same_settings(config, lookup.whole_config(found))
            for tag in image.tags
            for found in _found(name).get(tag, ())
        )

    def _configured(self, image: ImageSource) -> Built:
        """An image without its layers."""
        base = self._configured(self._base_of(image)) if image.base else Built(ImageConfig(), (), ())
        for keyword, rest in image.steps:
            base = base if keyword == "LAYER" else _configure(image, base, keyword, rest)
        return base

    def _base_of(self, image: ImageSource) -> ImageSource:
        if image.base not in self._by_name:
            raise SourceError(f"{image.family}: there is no image {image.base}")
        return self._by_name[image.base]

    def _build(self, image: ImageSource) -> Built:
        key = (image.family, *image.tags)
        if key not in self._built:
            base = self._build(self._base_of(image)) if image.base else Built(ImageConfig(), (), ())
            for keyword, rest in image.steps:
                base = self._layer(image, base, rest) if keyword == "LAYER" else _configure(image, base, keyword, rest)
            self._built[key] = base
        return self._built[key]

    def _layer(self, image: ImageSource, base: Built, name: str) -> Built:
        below = base.layers[-1].layer if base.layers else None
        tree = below.tree if below else Tree.empty()
        created_by, date, described = self.sources.layer(image, name, tree)
        time_ns = clock.instant(date)
        entries = tuple(replace(entry, mtime_ns=time_ns // stored.SECOND_NS * stored.SECOND_NS) for entry in described)
        layer_data = self._store(f"{image.family}:{image.tags[0]} {name}", entries)
        parent = below.chain_id if below else ""
        layer = Layer(
            chain_id=chain_id(parent, layer_data.diff_id),
            parent=parent,
            diff_id=layer_data.diff_id,
            size_bytes=sum(len(entry.content) for entry in entries),
            entries=entries,
            tree=apply_layer(tree, entries),
        )
        remote = RemoteLayer(digest=layer_data.digest, size_bytes=layer_data.size_bytes, layer=layer)
        comment = BUILDKIT_COMMENT if created_by.endswith("# buildkit") else ""
        event = HistoryEntry(created_ns=time_ns, created_by=created_by, comment=comment)
        return base._replace(layers=(*base.layers, remote), history=(*base.history, event))

    def _store(self, name: str, entries: tuple[LayerEntry, ...]) -> stored.StoredLayer:
        key = layer_key(entries)
        if key not in self.layers:
            layer_data = self._known.get(key)
            if layer_data is None:
                self._report(name)
                layer_data = store_layer(entries)
            self.layers[key] = layer_data
        return self.layers[key]


@cache
def _found(name: str) -> dict[str, list[Found]]:
    """An official repository's images by their most specific tags."""
    facts = kept.facts(name)
    found: dict[str, list[Found]] = {}
    for number in range(facts.image_count if facts is not None else 0):
        image = lookup.image_of(Found(name, number, 0))
        found.setdefault(image.tag, []).append(Found(name, number, image.days[-1]))
    return found


def layer_key(entries: tuple[LayerEntry, ...]) -> str:
    """What two layers with the same archive have in common."""
    rows = [stored.store_entry(entry) for entry in entries]
    return hashlib.sha256(msgspec.json.encode((entries[0].mtime_ns, rows))).hexdigest()


def store_layer(entries: tuple[LayerEntry, ...]) -> stored.StoredLayer:
    """A layer as it is kept. Makes its archive, about 100 MB a second."""
    modified_s = entries[0].mtime_ns // stored.SECOND_NS
    return stored.StoredLayer(*blobs.sums(entries), modified_s, tuple(map(stored.store_entry, entries)))


# what a step does to the configuration, and how history tells it


def _configure(image: ImageSource, base: Built, keyword: str, rest: str) -> Built:
    """The image with one more instruction that changes no files."""
    if keyword == "DEFAULTS":  # what a base image has without its history telling so
        return base._replace(config=ImageConfig(env=(PATH,)))
    changes, told = _effect(base.config, keyword, rest)
    classic = image.style == "classic"
    event = HistoryEntry(
        created_ns=clock.instant(image.date),
        created_by=f"/bin/sh -c #(nop)  {told}" if classic else told,
        comment="" if classic else BUILDKIT_COMMENT,
        empty_layer=True,
    )
    return base._replace(config=replace(base.config, **changes), history=(*base.history, event))


def _health(rest: str) -> tuple[dict[str, Any], str]:
    """`[--interval=30s ...] CMD command`, and how the history of BuildKit tells it."""
    before, _, command = rest.rpartition("CMD ")
    given = dict(flag.removeprefix("--").split("=", 1) for flag in before.split())
    test = ("CMD", *words(command)) if command.startswith("[") else ("CMD-SHELL", command)
    times = {name: given.get(name, "0s") for name in ("interval", "timeout", "start-period", "start-interval")}
    check = HealthConfig(
        test=test, retries=int(given.get("retries", 0)) or msgspec.UNSET,
        **{name.replace("-", "_"): parse_duration(text) for name, text in times.items() if text != "0s"},
    )  # fmt: skip
    shown = " ".join(f'"{format_duration(parse_duration(text))}"' for text in times.values())
    letter = f"\\x{int(given.get('retries', 0)):02x}"
    return {
        "healthcheck": check
    }, f"HEALTHCHECK &{{[{' '.join(json.dumps(word) for word in test)}] {shown} '{letter}'}}"


def _effect(config: ImageConfig, keyword: str, rest: str) -> tuple[dict[str, Any], str]:
    """What an instruction changes in a configuration, and how BuildKit's history tells it."""
    told = f"{keyword} {rest}"
    match keyword:
        case "ARG":
            return {}, told
        case "USER":
            return {"user": rest}, told
        case "WORKDIR":
            return {"working_dir": rest}, told
        case "STOPSIGNAL":
            return {"stop_signal": rest}, told
        case "LABEL":
            name, _, value = rest.partition("=")
            return {"labels": {**(config.labels or {}), name: value}}, told
        case "ENV":
            variables = {entry.partition("=")[0]: entry for entry in config.env or ()}
            return {"env": tuple({**variables, rest.partition("=")[0]: rest}.values())}, told
        case "CMD":
            return {"cmd": words(rest)}, f"CMD {_go_list(words(rest))}"
        case "ENTRYPOINT":
            return {"entrypoint": words(rest), "cmd": msgspec.UNSET}, f"ENTRYPOINT {_go_list(words(rest))}"
        case "VOLUME":
            return {"volumes": {**(config.volumes or {}), **{path: {} for path in rest.split()}}}, f"VOLUME [{rest}]"
        case "HEALTHCHECK":
            return _health(rest)
        case "EXPOSE":
            ports = sorted(port if "/" in port else f"{port}/tcp" for port in rest.split())
            exposed = {**(config.exposed_ports or {}), **{port: {} for port in ports}}
            return {"exposed_ports": exposed}, f"EXPOSE map[{' '.join(f'{port}:{{}}' for port in ports)}]"
    raise SourceError(f"unknown step {keyword}")


def _go_list(items: tuple[str, ...]) -> str:
    return "[" + " ".join(msgspec.json.encode(item).decode() for item in items) + "]"


# files


def read_known(folder: Path) -> dict[str, stored.StoredLayer]:
    """The layers that were made before, by their keys."""
    known = {}
    for path in sorted((folder / "layers").glob("*.json")):
        layer = msgspec.json.decode(path.read_bytes(), type=stored.StoredLayer)
        known[layer_key(stored.restore_entries(layer))] = layer
    return known


def make_files(maker: Maker) -> dict[str, bytes]:
    """Everything the package reads: names below the data folder, and contents."""
    files: dict[str, bytes] = {}
    tags: dict[str, dict[str, str]] = {}
    for image, manifest in maker.manifests():
        files[stored.blob_file(manifest.digest)] = manifest.raw
        files[stored.blob_file(manifest.image.id)] = manifest.image.raw_config
        tags.setdefault(image.family, {}).update((tag, manifest.digest) for tag in image.tags)
    for layer in maker.layers.values():
        files[stored.layer_file(layer.diff_id)] = _by_lines(layer)
    recorded: dict[str, dict[str, str]] = {}
    for image, manifest in maker.manifests():
        if image.recorded:
            recorded.setdefault(image.family, {}).update((tag, manifest.digest) for tag in image.tags)
    repositories = {
        source.path: stored.Repository(
            source.description,
            source.stars,
            source.path.startswith("library/"),
            dict(sorted(tags.get(family, {}).items())),
            dict(sorted(recorded.get(family, {}).items())),
        )
        for family, source in sorted(maker.repositories.items(), key=lambda item: item[1].path)
    }
    families = {
        family: source.path.removeprefix("library/")
        for family, source in maker.repositories.items()
        if source.path.startswith("library/")
    }
    for family, name in {**families, **{family: family for family in maker.sources.roots}}.items():
        files[f"families/{name}.json"] = msgspec.json.encode(make_template(maker.sources, family))
    files["index.json"] = msgspec.json.format(msgspec.json.encode(stored.Index(repositories)), indent=1) + b"\n"
    return files


def _by_lines(layer: stored.StoredLayer) -> bytes:
    """A layer's JSON with an entry on each line, for people who look at what changed."""
    head = msgspec.json.encode(replace(layer, entries=())).removesuffix(b"]}")
    return head + b"\n" + b",\n".join(map(msgspec.json.encode, layer.entries)) + b"\n]}\n"


def read_files(folder: Path) -> dict[str, bytes]:
    """What is there now, in the form of `make_files`."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.json"))}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Bring a folder to hold exactly these files; what stays is not touched, and the index changes last."""
    before = read_files(folder)
    for name in sorted(files, key=lambda name: (name == "index.json", name)):
        if files[name] != before.get(name):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".new")
            beside.write_bytes(files[name])
            beside.replace(path)
    for name in before.keys() - files.keys():
        (folder / name).unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; say what differs from the sources")
    parser.add_argument("--all", action="store_true", help="compute the digests of every layer again")
    options = parser.parse_args()
    try:
        known = {} if options.all else read_known(DATA)
        files = make_files(Maker(Sources(SOURCES), known, lambda name: print(f"hashing {name}", file=sys.stderr)))
    except SourceError as problem:
        print(problem, file=sys.stderr)
        return 1
    if options.check:
        before = read_files(DATA)
        differing = sorted(name for name in files.keys() | before.keys() if files.get(name) != before.get(name))
        print("\n".join(differing) or "nothing differs")
        return 1 if differing else 0
    write_files(DATA, files)
    print(f"{len(files)} files, {sum(map(len, files.values()))} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
