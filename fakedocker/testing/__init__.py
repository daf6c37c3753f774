"""For tests: engines in process, and SDKs wired to them without a socket."""
