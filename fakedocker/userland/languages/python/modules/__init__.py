"""Natives of the modules of the library, one module each."""
