"""The services of the compose file of the working directory, for completion. A file that makes no sense has none."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from fakedocker.world.draft import Draft
from fakedocker_shell.repl import host_files
from fakedocker_shell.repl.names import Named


def services(draft: Draft, directory: str) -> Iterator[Named]:
    """Services by name, as the file names them: no variables are replaced, no other files are read."""
    from fakedocker_shell.cli.errors import CliError  # seldom needed, and start-up time matters
    from fakedocker_shell.compose import yaml_text
    from fakedocker_shell.compose.files import NAMES

    texts = (host_files.text(draft, posixpath.join(directory, name)) for name in NAMES)
    text = next((text for text in texts if text is not None), "")
    try:
        document = yaml_text.read(text)
    except CliError:
        return
    found = document.get("services") if isinstance(document, dict) else None
    for name, settings in sorted(found.items()) if isinstance(found, dict) else ():
        image = settings.get("image") if isinstance(settings, dict) else None
        yield name, f"service, {image or 'built here'}"
