"""Services that containers run: web servers, databases, registries, interpreters. Each is a restartable program."""
