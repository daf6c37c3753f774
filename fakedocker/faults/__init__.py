"""What goes wrong by rule: rules as plain data, their text form, and which of them a request meets.

Nothing here has an effect; `operations.faulting`, `operations.registry_faults` and `operations.daemon` carry rules out.
"""
