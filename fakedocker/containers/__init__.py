"""Containers: the values and the pure rules of their lives."""
