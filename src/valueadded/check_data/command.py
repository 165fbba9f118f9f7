"""The command `valueadded check-data`."""

import os
import sys
from pathlib import Path
from typing import Any

from valueadded.errors import ConfigError, ValueAddedError

EXPLANATION = (
    "Validate the files of a study and match its cohorts, write nothing, and say what would be put aside and"
    " why. Exit status: 0 if all is well, 1 if records are put aside, 2 if a file, a cohort or the"
    " configuration is refused."
)


def add_check_data(commands: Any) -> None:
    """Add the command to the parser of commands."""
    check = commands.add_parser(
        "check-data",
        help="say what is wrong with your own files, and what to change",
        description=EXPLANATION,
    )
    check.add_argument("config", type=Path, metavar="CONFIG", help="config.yaml of the study")
    check.add_argument("--html", type=Path, metavar="FILE", help="also write the findings as a page")
    check.set_defaults(run=lambda chosen: check_data(chosen.config, chosen.html))


def check_data(config: Path, html: Path | None) -> int:
    """Print what is found in the files of a study and return the exit status."""
    # The table libraries take a second that other commands should not wait for.
    from valueadded.check_data.page import render_html, render_text

    try:
        found = _check(config)
        if html is not None:
            html.write_text(render_html(found), encoding="utf-8")
    except ValueAddedError as refusal:
        print(f"valueadded: {refusal}", file=sys.stderr)
        return 2
    except OSError as fault:
        print(f"valueadded: {fault.filename}: cannot be written or read ({fault.strerror})", file=sys.stderr)
        return 2
    print(render_text(found), end="")
    return found.status


def _check(config: Path) -> Any:
    import yaml

    from valueadded.check_data.study import check_study
    from valueadded.check_data.tables import is_generated
    from valueadded.config.whole import Config, check_config
    from valueadded.contracts.records import SCALE_LINKS
    from valueadded.table_io import read_table

    if not config.is_file():
        raise ConfigError(f"{config} does not exist; expected the config.yaml of a study")
    try:
        raw = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{config}: not YAML ({fault})") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{config}: found no sections; expected those of the template (valueadded init)")
    settings = check_config(raw)
    folder = config.parent / (os.environ.get("VALUEADDED_DATA") or settings.data_folder)
    generated = config.parent / "results" / "synthetic"
    links = settings.cohorts.scale_links if isinstance(settings, Config) else None
    if links is None:
        return check_study(settings, folder, generated)
    links_folder = generated if is_generated(settings) else folder
    return check_study(
        settings, folder, generated, read_table(links_folder / links, SCALE_LINKS, foreign=True)
    )
