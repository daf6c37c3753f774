"""Toolchains of languages that are compiled or bundled: go, java, rust, php, ruby."""
