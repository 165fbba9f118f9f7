"""The configuration: a module for each section, and `whole`. A job imports the sections that it uses only."""
