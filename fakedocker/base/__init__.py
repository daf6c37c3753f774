"""What everything stands on: persistent maps, ids and names, virtual time, references, sizes, signals, error texts."""
