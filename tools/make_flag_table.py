"""Write the docker command line's flag table: what commands there are, their flags, and what --help says of them.

    make_flag_table.py REFERENCE.json [--help-texts docker_help.txt] [--out flag_table.json]

A table of another release stands beside it: REFERENCE.json of 29 becomes flag_table_29.json.

REFERENCE.json says, for each command, its usage, aliases, subcommands and flags (name, short form, type, default, hidden,
deprecated); buildx_commands.json and compose_commands.json beside this tool say it for the plugins. The texts come from docker_help.txt beside this tool. The table is made compact so that it loads in a
millisecond: flags that several commands share are stored once.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

PLUGINS = ("buildx", "compose")

ARGUMENT_COUNTS = {
    (1, -1): (
        "config inspect, config rm, container create, container inspect, container kill, container pause, "
        "container restart, container rm, container run, container start, container stop, container top, "
        "container unpause, container update, container wait, context rm, image import, image inspect, "
        "image rm, image save, inspect, manifest rm, network inspect, network rm, node demote, node inspect, "
        "node promote, node rm, plugin inspect, plugin install, plugin rm, secret inspect, secret rm, "
        "service create, service inspect, service ps, service rm, service scale, stack rm, trust inspect, "
        "volume inspect, volume rm, buildx imagetools inspect, compose run, compose wait"
    ),
    (2, -1): ("compose exec, container exec, manifest create, plugin create, plugin set"),
    (0, 0): (
        "compose ls, compose version, builder prune, config ls, container ls, container prune, context ls, context show, image load, "
        "image prune, network ls, network prune, node ls, plugin ls, secret ls, service ls, stack config, "
        "stack ls, swarm ca, swarm init, swarm leave, swarm unlock, swarm unlock-key, swarm update, "
        "buildx du, buildx ls, buildx prune, buildx version, system df, system events, system info, system prune, version, volume ls, volume prune"
    ),
    (1, 1): (
        "compose attach, buildx build, buildx use, checkpoint ls, container attach, container diff, container export, container logs, context create, "
        "context update, image build, image history, image pull, image push, manifest push, network create, "
        "node update, plugin disable, plugin enable, plugin push, search, service logs, service rollback, "
        "service update, stack deploy, stack ps, stack services, swarm join, swarm join-token, trust revoke, "
        "trust sign, volume update"
    ),
    (0, 1): ("buildx create, buildx inspect, buildx stop, image ls, login, logout, volume create"),
    (2, 2): (
        "compose cp, compose port, checkpoint create, checkpoint rm, config create, container cp, container rename, context import, "
        "image tag, manifest annotate, network connect, network disconnect"
    ),
    (1, 2): ("container commit, container port, context export, manifest inspect, plugin upgrade, secret create"),
    (0, -1): (
        "compose build, compose config, compose create, compose down, compose events, compose images, compose kill, "
        "compose logs, compose pause, compose ps, compose pull, compose push, compose restart, compose rm, compose scale, "
        "compose start, compose stats, compose stop, compose top, compose unpause, compose up, compose watch, "
        "buildx bake, buildx imagetools create, buildx rm, container stats, context inspect, context use, node ps"
    ),
}
"""How many arguments commands take, (least, most); -1 is no limit. The reference does not say."""

MORE_USAGE = {"container cp": "docker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH"}
"""A second way to use a command, which the reference leaves out."""


def read_help_texts(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Descriptions of commands, and of flags ("--flag" or "command --flag").

    Raises ValueError for a line that is neither.
    """
    commands: dict[str, str] = {}
    flags: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        subject, colon, text = line.partition(":")
        if not colon:
            raise ValueError(f"{path.name}:{number}: not a description: {line!r}")
        (flags if "--" in subject else commands)[subject.strip()] = text.strip()
    return commands, flags


def flag_row(command: str, flag: dict[str, Any], texts: dict[str, str]) -> list[Any]:
    """[name, short, type, default, state, help]; state is "", "hidden", or "hidden:" and why it is deprecated."""
    name = flag["name"].removeprefix("--")
    text = texts.get(f"{command} --{name}") or texts.get(f"--{name}")
    if text is None:
        raise ValueError(f"docker_help.txt describes no --{name} of {command!r}")
    state = "hidden" if flag.get("hidden") else ""
    if flag.get("deprecated"):
        state = f"hidden:{flag['deprecated']}"
    return [name, flag.get("short", "").lstrip("-"), flag["type"], flag.get("default", ""), state, text]


def build(reference: dict[str, Any], commands: dict[str, str], texts: dict[str, str]) -> dict[str, Any]:
    """The table: `flags` (rows), `sets` (lists of row numbers) and `commands` (name -> usage, set, aliases, text, subcommands,
    least and most arguments)."""
    rows: dict[str, int] = {}
    sets: dict[str, int] = {}
    table: dict[str, Any] = {}
    counts = {name: count for count, names in ARGUMENT_COUNTS.items() for name in names.split(", ")}
    for full_name, entry in reference.items():
        name = full_name.removeprefix("docker").strip()
        aliases = entry.get("aliases", [])
        canonical = aliases[0].removeprefix("docker ") if aliases else name
        numbers = [
            rows.setdefault(json.dumps(flag_row(canonical, flag, texts)), len(rows)) for flag in entry.get("flags", [])
        ]
        key = sets.setdefault(json.dumps(numbers), len(sets))
        text = commands.get(canonical, commands.get(name))
        if text is None:
            raise ValueError(f"docker_help.txt describes no command {name!r}")
        usage = entry["usage"]
        if canonical in MORE_USAGE:
            usage += f"\n\t{MORE_USAGE[canonical]}"
        least, most = counts.get(canonical, (0, 0))
        table[name] = [usage, key, aliases, text, entry.get("commands", []), least, most]
    return {
        "flags": [json.loads(row) for row in rows],
        "sets": [json.loads(numbers) for numbers in sets],
        "commands": table,
    }


def main() -> None:
    """Read the reference and the texts, write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("reference", type=Path)
    parser.add_argument("--help-texts", type=Path, default=HERE / "docker_help.txt")
    parser.add_argument("--out", type=Path, default=HERE.parent / "shell/fakedocker_shell/cli/flag_table.json")
    options = parser.parse_args()
    commands, texts = read_help_texts(options.help_texts)
    reference = json.loads(options.reference.read_text(encoding="utf-8"))
    for plugin in PLUGINS:
        reference |= json.loads((HERE / f"{plugin}_commands.json").read_text(encoding="utf-8"))
    reference["docker"]["commands"] = sorted({*reference["docker"]["commands"], *PLUGINS})
    table = build(reference, commands, texts)
    lines = [
        "{",
        '"flags": [',
        ",\n".join(json.dumps(row, ensure_ascii=False) for row in table["flags"]),
        "],",
        f'"sets": {json.dumps(table["sets"], separators=(",", ":"))},',
        '"commands": {',
        ",\n".join(
            f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}" for name, entry in table["commands"].items()
        ),
        "}}",
    ]
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
