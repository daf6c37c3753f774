"""Recordings of what clients and an engine have said to each other: reading them, and what they tell.

`file` is what is kept; `told` puts the parts of a request and its answer together. `answers` is what a world that begins from a
recording answers by, a value of the world; `showing` finds which images, containers, networks and volumes there were at first.
"""
