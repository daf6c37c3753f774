"""The Dockerfile language: from text to a plan of stages and steps. Pure: nothing here knows images, containers or time."""
