"""Keeping an engine's state on disk: snapshots, the journal that follows each, and coming back after any kind of end."""
