"""What node adds to the language: its loop of events, its way of finding modules, and natives that its library is written over."""
