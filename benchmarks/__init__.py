"""Measurements, never assertions: `python -m benchmarks` prints every figure beside its goal."""
