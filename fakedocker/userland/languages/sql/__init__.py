"""SQL, as far as the database servers understand it here."""
