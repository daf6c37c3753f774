"""JavaScript, as far as node runs it here."""
