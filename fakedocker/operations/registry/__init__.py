"""What passes between the engine and registries: pulls, pushes, manifests."""
