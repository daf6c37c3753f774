"""Traefik 2 and 3: a proxy that reads from the engine's socket what containers' labels say.

`program` runs it, `settings` is what it is started with, `labels` and `dynamic` make routers of containers, `rules` is
the language of their rules, `middlewares` is what is done on the way, `api` is what the dashboard asks.
"""
