"""What the engine can be asked about volumes."""
