"""Languages in containers: what runs scripts, what builds programs, and what databases understand."""
