"""Figures: for each, a table in, the rows to draw out (`select_...`), and those rows drawn (`draw_...`)."""
