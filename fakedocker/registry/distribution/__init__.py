"""The OCI distribution protocol, server's side: requests to answers over a registry's contents, without sockets or
files.

Source: OCI distribution-spec 1.1 (spec.md), distribution/distribution registry/handlers for what it leaves open.
"""
