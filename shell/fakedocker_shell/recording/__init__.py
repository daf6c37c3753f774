"""`fakedocker record` and `verify`: what clients and an engine say to each other, kept, and asked again of the double.

`proxy` stands between a client and an engine and passes every byte on; `listening` reads copies of them as HTTP; what is kept
is `fakedocker.recordings.file`. `verifying` asks the double the same in the same order, `comparing` says where two answers differ.
"""
