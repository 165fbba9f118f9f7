"""Yearly measures of schools from the records they start from, one file for each family."""
