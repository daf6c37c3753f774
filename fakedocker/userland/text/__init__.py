"""Utilities about text: awk, sed, grep, sort and the like, checksums, and the editors."""
