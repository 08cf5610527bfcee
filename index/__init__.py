"""What can be found: articles cut into passages and sentences, embedded, searched."""
