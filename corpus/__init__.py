"""What the clinic says: its articles, its fixed replies, its own facts and its glossary."""
