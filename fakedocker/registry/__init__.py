"""Registries: the built-in catalogue of Docker Hub, and registries inside the world."""
