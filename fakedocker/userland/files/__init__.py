"""Utilities about files and trees: ls, cp, find, tar, and what squeezes them."""
