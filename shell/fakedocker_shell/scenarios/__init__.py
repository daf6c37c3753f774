"""Lessons, incidents and replays: terminal sessions with notes, in one format. See docs/scenarios.md."""
