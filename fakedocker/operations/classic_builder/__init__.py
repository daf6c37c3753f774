"""The classic builder: a plan carried out step by step, every step an image.

Source of its rules and words: moby builder/dockerfile; recording build and the exchanges.
"""
