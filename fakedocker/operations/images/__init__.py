"""What the engine can be asked about images, but for getting them from registries."""
