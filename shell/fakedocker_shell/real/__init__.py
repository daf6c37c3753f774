"""The docker command line on the real machine, against any engine: `fakedocker docker ARGS...`."""
