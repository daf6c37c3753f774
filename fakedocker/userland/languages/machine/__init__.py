"""The machine for scripts: it runs operations over frames and keeps what a script remembers; it knows no language.

A language compiles a source to `Code` (`code.py`), whose operations are functions of the host that `machine.py` runs.
What lasts is a graph of *cells* (`cells.py`), ordinary objects that refer to each other; `memory.py` keeps it for a
process and copies it, `storing.py` writes it as plain data and reads it again.
"""
