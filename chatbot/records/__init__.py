"""Records: what is kept of conversations, what staff decide about it, and what is counted."""
