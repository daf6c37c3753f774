"""Docker Compose: projects of several containers, described by a file.

`yaml_text`, `interpolation`, `dotenv` and `files` read; `schema`, `normalizing`, `merging` and `project` make a
`Project` of it; `requests` says what the engine is asked for; `existing`, `converging`, `stopping` and `waiting` change
what there is; `progress` and `printing` show. The commands are in `cli.commands.compose`. Wording and order are those
of compose 2.26.
"""
