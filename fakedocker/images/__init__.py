"""Images and their layers: what they are, how a configuration is written, and what the names of images mean."""
