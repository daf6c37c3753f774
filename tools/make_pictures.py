"""Draw the README's pictures into docs/pictures: what the terminal's `:world` and `:timeline` give for a small shop."""

from __future__ import annotations

from pathlib import Path

from fakedocker_shell.pictures import lives, svg, views
from fakedocker_shell.scenarios.player import Player

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
COMMANDS = """\
docker pull -q nginx:1.27
docker pull -q postgres:16
docker pull -q alpine
docker network create shop
docker run -d --name db --network shop -v pgdata:/var/lib/postgresql/data -e POSTGRES_PASSWORD=secret postgres:16
docker run -d --name web --network shop -p 8080:80 nginx:1.27
docker run -d --name worker --network shop --restart on-failure:2 alpine sh -c 'sleep 20; exit 1'
:wait 50s
docker run --name migrate --network shop alpine true
:wait 30s
docker stop web
:wait 10s
docker start web
:wait 20s"""


def main() -> None:
    player = Player()
    for command in COMMANDS.split("\n"):
        outcome = player.run(command)
        if outcome.status:
            raise SystemExit(f"{command}: {outcome.output}")
    FOLDER.mkdir(exist_ok=True)
    world = player.engine.snapshot()
    pictures = {"world.svg": views.whole(world), "timeline.svg": lives.timeline(world)}
    for name, picture in pictures.items():
        (FOLDER / name).write_text(svg.write(picture), encoding="utf-8")
        print(f"docs/pictures/{name}")


if __name__ == "__main__":
    main()
