"""PHP's pages, as far as they are shown here."""
