"""Python, as far as programs in containers run here."""
