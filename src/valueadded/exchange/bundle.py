"""A folder of moments: one file a cohort, and a manifest written last."""

import re
from collections.abc import Sequence
from pathlib import Path

from valueadded.audit.files import digest_file
from valueadded.contracts.mixed import MOMENTS
from valueadded.errors import ConfigError, ContractError
from valueadded.exchange.disclosure import withhold_schools
from valueadded.exchange.manifest import Bundle, describe_cohort, read_manifest, write_manifest
from valueadded.mixed.moments import SchoolMoments
from valueadded.mixed.stacking import stack
from valueadded.mixed.summarise import moments_from_frame, moments_to_frame
from valueadded.table_io import read_table, write_table, write_text

MANIFEST = "moments.json"
SOURCE = Path("results") / "mixed" / "moments"
AGENCY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def write_bundle(folder: Path, agency: str, study: Path, minimum: int, made_by: str) -> Bundle:
    """Write the moments of every cohort of a finished study into a new folder and return its manifest.

    Parameters
    ----------
    folder
        Does not exist yet.
    agency
        Name of who sends them.
    study
        Folder with the results of the workflow.
    minimum
        Least students of a school and of its groups, see `withhold_schools`.
    made_by
        Program and version.

    Raises
    ------
    ConfigError
        If the agency's name cannot be one, the folder exists, or the study has no moments yet.
    DesignError
        If a cohort has no school that may leave; nothing is then written.
    """
    if not AGENCY.fullmatch(agency):
        raise ConfigError(f"--agency '{agency}': expected letters, digits, _ and -, as it names schools")
    if folder.exists():
        raise ConfigError(f"{folder} exists already; expected a new folder, to mix no two versions")
    sources = sorted((study / SOURCE).glob("*/*.parquet"))
    if not sources:
        raise ConfigError(
            f"{study / SOURCE} holds no moments; run the workflow first:"
            f" snakemake --directory {study} --cores 2"
        )
    kept = {
        source: withhold_schools(moments_from_frame(read_table(source, MOMENTS)), minimum)
        for source in sources
    }
    cohorts = []
    for source, found in kept.items():
        file = f"{source.parent.name}/{source.name}"
        write_table(moments_to_frame(found.moments), folder / file, MOMENTS)
        digest = digest_file(folder / file)
        cohorts.append(describe_cohort(found, file, digest, source.parent.name, int(source.stem), minimum))
    bundle = Bundle(agency, minimum, made_by, tuple(cohorts))
    # Last, so that a folder with a manifest is whole.
    write_text(write_manifest(bundle), folder / MANIFEST)
    return bundle


def read_bundle(folder: str | Path, domain: str, years: Sequence[int] | None = None) -> SchoolMoments:
    """Return the moments of one domain in a folder that `valueadded moments` wrote.

    Parameters
    ----------
    years
        Outcome years; default: all there are. Several give a row for each school and year.

    Raises
    ------
    ContractError
        If the folder has no manifest, a file is missing or not the one the manifest describes, or the
        domain or a year is not there.
    """
    path = Path(folder) / MANIFEST
    if not path.is_file():
        raise ContractError(f"{path} does not exist; expected a folder that `valueadded moments` wrote")
    bundle = read_manifest(path.read_text(encoding="utf-8"), str(path))
    cohorts = {cohort.year: cohort for cohort in bundle.cohorts if cohort.domain == domain}
    wanted = sorted(cohorts) if years is None else list(years)
    absent = [year for year in wanted if year not in cohorts]
    if absent or not cohorts:
        there = sorted((cohort.domain, cohort.year) for cohort in bundle.cohorts)
        raise ContractError(f"{path}: found no moments of {domain} {absent or ''}; expected among {there}")
    parts = []
    for year in wanted:
        file = Path(folder) / cohorts[year].file
        if not file.is_file() or digest_file(file) != cohorts[year].sha256:
            state = "is not the file that its manifest describes" if file.is_file() else "does not exist"
            raise ContractError(f"{file} {state}; ask agency {bundle.agency} for the folder again")
        parts.append(moments_from_frame(read_table(file, MOMENTS)))
    return stack(parts)
