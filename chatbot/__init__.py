"""What is said: routing, retrieval, composing, checking, and the ways to ask."""
