"""Utilities about the network: curl, wget, ping, ip, nc and the like."""
