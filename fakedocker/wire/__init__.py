"""The Engine API's message types, and decoding as tolerant as Go's.

Field order is the order in which the real engine writes the keys. `None` where Go has a nil slice or map: it is sent as
null. `UNSET` where Go omits an empty value. Lists are tuples, so that a message can be part of a frozen world.
"""
