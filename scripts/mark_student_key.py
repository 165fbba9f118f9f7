"""Make the key of student identifiers where none is named, and write down which key a run has."""

import sys

from valueadded.table_io import write_private, write_text
from valueadded.validation.student_key import FIXED_KEY, fingerprint_key, make_key, read_key


def main(named: str, fixed: bool, made: str, mark: str) -> None:
    """Write a key to `made` unless one is named, and its fingerprint to `mark`."""
    if not named:
        write_private(f"{FIXED_KEY if fixed else make_key()}\n", made)
    if not named and not fixed:
        for stream in (sys.stdout, sys.stderr):
            print(
                "input.student_key names no key: a random one is made for this run and deleted once files "
                "are read. When one changes, all are read again, and every student gets another hash.",
                file=stream,
            )
    write_text(f"{fingerprint_key(read_key(named or made))}\n", mark)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            "".join(snakemake.input),
            snakemake.params.fixed,
            "".join(snakemake.output.made),
            snakemake.output.mark,
        )
