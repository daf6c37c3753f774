"""A simulated Docker engine: real rules, wire protocol and wording; everything below them is simulated."""
