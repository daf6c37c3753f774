"""The Engine API over the engine: routes, request bodies, streams, and the server."""
