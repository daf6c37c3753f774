"""jq: its language and its program, as a machine whose every step can be counted."""
