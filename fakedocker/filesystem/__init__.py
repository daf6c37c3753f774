"""The copy-on-write file system as values: contents, trees, layers, mounts and archives."""
