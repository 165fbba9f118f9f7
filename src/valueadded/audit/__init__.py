"""What ties a result to the code that made it."""
