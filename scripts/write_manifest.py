"""Write the manifest of a finished run, once for the run and once for its release."""

from pathlib import Path

from valueadded.audit.edits import BEFORE, refuse_edits
from valueadded.audit.manifest import build_manifest, dump_manifest, load_manifest
from valueadded.table_io import write_text


def main(project: str, inputs: dict[str, str], config: dict, output: list[str]) -> None:
    """Take the digests of everything; write them, unless something was edited since the run before."""
    manifest = build_manifest(Path(project), Path(), inputs, config)
    before = Path(output[0]).with_name(BEFORE)
    refuse_edits(load_manifest(before) if before.is_file() else None, manifest, before.parent)
    for path in [*output, before]:
        write_text(dump_manifest(manifest), path)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("project", "inputs", "config")}
        main(**given, output=list(snakemake.output))
