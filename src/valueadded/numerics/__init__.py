"""Mathematical operations on arrays. Knows no schools; one file, one operation."""
