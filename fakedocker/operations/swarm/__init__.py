"""What a swarm's manager does: the swarm and its node, secrets and configs; services and their tasks."""
