"""`fakedocker check DIR`: a Docker project tried without Docker.

`finding` says what there is to try, `stage` is the engine on which it is, `builds` and `projects` try Dockerfiles and
compose files, `report` is what comes of it as values, `telling` as text; `command` is the command line.
"""
