"""The world as one value: hosts, images, containers, networks, volumes, registries, processes, events and the clock."""
