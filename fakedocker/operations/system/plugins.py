"""The plugins that are built into the engine, as more than one answer tells them."""

from __future__ import annotations

VOLUME_PLUGINS = ("local",)
NETWORK_PLUGINS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")
LOG_PLUGINS = ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk", "syslog")
