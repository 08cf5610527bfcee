"""Changes of the tables, one file each; `migrating.py` runs them in order."""
