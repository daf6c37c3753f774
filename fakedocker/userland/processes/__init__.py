"""Utilities about processes, users and the machine, and the smallest ones."""
