"""The terminal in a page: keys and output are messages of a browser, and nothing ever blocks.

`keyboard` and `screen` are what prompt_toolkit and the console have of it, `session` runs one from its first line to
its last, and `telling` says what stands beside the terminal. It knows no browser: `session.start` is given functions.
"""
