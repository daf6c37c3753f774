"""A swarm as values: its records, and the rules that need nothing but them."""
