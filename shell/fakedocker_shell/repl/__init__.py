"""The interactive terminal: a prompt with completion over a live world, and commands of its own that begin with a colon."""
