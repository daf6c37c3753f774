"""What docker's client knows of Swarm besides its command line: services' specifications, how they converge, stacks.

It knows the engine through its API alone. The commands themselves are in `cli/commands`.
"""
