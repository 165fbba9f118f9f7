"""Contracts: what each table on disk looks like, column by column. No logic lives here."""
