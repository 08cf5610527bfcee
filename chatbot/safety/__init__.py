"""Decide, locally and before anything else, what kind of message this is."""
