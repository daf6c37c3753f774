"""What the engine can be asked to do, one file per family. Operations change a draft, or raise a `Refusal`."""
