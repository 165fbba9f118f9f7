"""Several subjects of the same students: design -> criterion -> fit -> posterior."""
