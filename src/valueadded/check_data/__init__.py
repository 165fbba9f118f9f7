"""Check a user's own files before a study is run: what would be put aside, who would be matched, and why.

`study` finds, `page` shows, `command` is `valueadded check-data`.
"""
