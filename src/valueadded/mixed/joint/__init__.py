"""Several cohorts of the same schools in one model: design -> criterion -> fit -> posterior."""
