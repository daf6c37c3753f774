"""Users and groups of a container's files: the programs that add, change and remove them, in three families' words."""
