"""What this engine is, as more than one answer tells it: its version, and the plugins that are built in."""

from __future__ import annotations

ENGINE_VERSION = "28.2.2"
VOLUME_PLUGINS = ("local",)
NETWORK_PLUGINS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")
LOG_PLUGINS = ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk", "syslog")
