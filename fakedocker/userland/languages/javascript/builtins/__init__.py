"""The objects that every script finds: a module for each, whose natives come into tables when it is imported."""
