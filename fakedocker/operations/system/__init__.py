"""What belongs to no single kind of thing: the daemon itself, its first world, events, faults, looking things up."""
