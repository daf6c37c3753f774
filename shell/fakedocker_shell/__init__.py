"""The terminal: a simulated Linux host with a shell, the docker command line, and a prompt to type at."""
