"""Per-school moments as what agencies send one another: schools are fitted together, students stay at home.

`disclosure` says which schools may leave, `bundle` writes and reads a folder of moments, `manifest` says what
is in it, `command` is `valueadded moments`.
"""
