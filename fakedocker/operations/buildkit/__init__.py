"""BuildKit's way to build: a Dockerfile compiled to a graph, the graph solved by what is in the cache and what is not.

Source of its rules and words: moby/buildkit (frontend/dockerfile, solver, exporter) as in engine 28.2.2, and the
recording of builds in tests/conformance/buildkit.json.
"""
