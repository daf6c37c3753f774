"""Compilers and builders of languages that are not run here: what they say, what they write, and what the result does.

What a result does is read off the source (`reading`) and stands in its file (`program`).
"""
