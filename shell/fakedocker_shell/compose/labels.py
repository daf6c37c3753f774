"""The labels that tie containers, networks, volumes and images to a project.

Source: compose pkg/api/labels.go.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = "2.26.1"
PROJECT: Final = "com.docker.compose.project"
SERVICE: Final = "com.docker.compose.service"
NUMBER: Final = "com.docker.compose.container-number"
ONE_OFF: Final = "com.docker.compose.oneoff"
CONFIG_HASH: Final = "com.docker.compose.config-hash"
DEPENDS_ON: Final = "com.docker.compose.depends_on"
IMAGE: Final = "com.docker.compose.image"
REPLACES: Final = "com.docker.compose.replace"
FILES: Final = "com.docker.compose.project.config_files"
DIRECTORY: Final = "com.docker.compose.project.working_dir"
NETWORK: Final = "com.docker.compose.network"
VOLUME: Final = "com.docker.compose.volume"
COMPOSE: Final = "com.docker.compose.version"
SLUG: Final = "com.docker.compose.slug"
