"""Volumes and mounts: the values, and how their specifications are read."""
