"""`fakedocker web`: the page over a websocket, with the engine on the server, for classes.

One process and one loop. `server` listens, `gate` says who may come in, `connection` speaks HTTP and WebSocket for one client
and `messages` says what may be said. `classroom` has the learners, each a `learner` with a world of its own; `turns` shares the processor
among them and `memory` watches what each takes. `teacher` is the teacher's view, `files` the page's files and `command` the command line.
"""
