"""What the engine can be asked about containers: making, starting, ending and looking at them, and commands in them."""
