"""`fakedocker shim`: a `docker` on PATH whose engine is started when it is first used, and is shared by all that follows.

`installing` puts it into a folder, `client` is the small program that is put there, `engine` is the process that it
starts, and `commands` runs docker's command line in that process for one client. What goes between the two is in
`frames`.
"""
