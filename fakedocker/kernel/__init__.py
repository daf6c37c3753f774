"""The simulated kernel: processes, signals, descriptors, pipes, terminals, sockets and timers."""
