"""The engine: takes inputs, runs turns, gives outputs. `engine.py` is its face; the other modules are its parts.

| module | what it owns |
| --- | --- |
| `engine` | `Engine`: the world, inputs, turns, answers, going back, forks, time |
| `core` | the inside of it: a turn, from the inputs to what streams are told |
| `changes` | inputs that are no requests: faults, the machine's folders, the web, the world changed by hand |
| `timing` | moving the clock, and what there is to do next |
| `inflight` | requests under way: exchanges and streams |
| `open_exchanges` | those that are open: who is told what, who lags behind, who waits |
| `polling` | clients that ask the same thing again and again |
| `fault_injection` | what rules of faults do to a request |
| `external` | errands to registries outside |
| `threads` | several threads that drive one engine |
| `waiting` | driving until something is done, and the errors of waits that cannot end |
| `journal`, `replay` | every input with its place in the run; playing them again |
| `standing` | what is known between turns besides the world |
| `clock` | keeping pace with the wall's clock |
"""
