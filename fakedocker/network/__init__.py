"""Networks, addresses and ports: the values and the rules of allocation."""
