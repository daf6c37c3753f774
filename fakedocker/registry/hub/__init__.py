"""Docker Hub's official images as they were on each day: facts, configurations laid over their bases, and images made by rule."""
