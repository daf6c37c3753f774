"""What the engine can be asked about networks, and the network as the kernel asks for it."""
