"""A `docker` for PATH that leads to the double: the real client where there is one, else fakedocker's own.

It lies in a folder of this process that stays where it is until the process ends, as code keeps the path that it has once found. What it
leads to stands in a file beside it, so that it is the same program for every double.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Final

NAMES: Final = ("docker", "docker-compose")
_SCRIPT: Final = """#!/bin/sh
# a docker of fakedocker.patch(): leads to the double while that is patched in
here={folder}
real={real}
GUARDED=
OURS=
[ -f "$here/now" ] && . "$here/now"
if [ -z "$OURS" ]; then
  [ -n "$real" ] && exec "$real" "$@"
  echo "{name}: not found" >&2
  exit 127
fi
asked=${{DOCKER_HOST:-$OURS}}
value=
for word in "$@"; do
  if [ -n "$value" ]; then
    [ "$value" = host ] && asked=$word
    [ "$value" = context ] && [ "$word" != default ] && asked="context $word"
    value=
    continue
  fi
  case $word in
  -H|--host) value=host ;;
  -c|--context) value=context ;;
  --host=*) asked=${{word#--host=}} ;;
  --context=*) asked="context ${{word#--context=}}" ;;
  -H?*) asked=${{word#-H}} ;;
  --config|-l|--log-level|--tlscacert|--tlscert|--tlskey) value=other ;;
  -*) ;;
  *) break ;;
  esac
done
if [ "$asked" != "$OURS" ]; then
  if [ -n "$GUARDED" ]; then
    echo "$asked" >> "$here/refused"
    echo "{name}: fakedocker's guard refuses $asked: it is none of fakedocker's" >&2
    exit 125
  fi
else
  DOCKER_HOST=$OURS
  export DOCKER_HOST
  [ -n "$DOCKER_CONFIG" ] || {{ DOCKER_CONFIG=$CONFIG; export DOCKER_CONFIG; }}
fi
[ -n "$real" ] && exec "$real" "$@"
exec {python} -c 'from fakedocker_shell.main import main; raise SystemExit(main())' --profile "$PROFILE" docker {prefix}"$@"
"""

_folder = ""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _made() -> str:
    """The folder with the commands; made when it is first asked for, gone when the process ends."""
    global _folder
    if not _folder:
        _folder = tempfile.mkdtemp(prefix="fakedocker-bin-")
        atexit.register(shutil.rmtree, _folder, ignore_errors=True)
        for name in NAMES:
            script = _SCRIPT.format(
                folder=_quoted(_folder),
                real=_quoted(shutil.which(name) or ""),
                name=name,
                python=_quoted(sys.executable),
                prefix="compose " if name == "docker-compose" else "",
            )
            path = os.path.join(_folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(script)
            os.chmod(path, 0o755)
    return _folder


@contextlib.contextmanager
def on_path(docker_host: str, config: str, profile: str, guarded: Callable[[str], None] | None) -> Iterator[None]:
    """Put them before all else on this process's PATH while the context is open.

    Args:
        docker_host: where they lead.
        config: the folder of docker's configuration that they take.
        profile: whose client fakedocker's own is.
        guarded: they refuse to go anywhere else, and this is told in the end where they were to go; None to let them.
    """
    if os.name != "posix":
        yield
        return
    folder = _made()
    now, told = os.path.join(folder, "now"), os.path.join(folder, "refused")
    before = _content(now)
    with open(now, "w", encoding="utf-8") as file:
        file.write(f"OURS={_quoted(docker_host)}\nCONFIG={_quoted(config)}\nPROFILE={_quoted(profile)}\n")
        file.write("GUARDED=1\n" if guarded is not None else "")
    path = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = f"{folder}{os.pathsep}{path}"
    try:
        yield
    finally:
        os.environ["PATH"] = path
        if guarded is not None:
            for address in _content(told).splitlines():
                guarded(address)
        with contextlib.suppress(FileNotFoundError):
            os.remove(told)
        if before:
            with open(now, "w", encoding="utf-8") as file:
                file.write(before)
        else:
            os.remove(now)


def _content(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""
