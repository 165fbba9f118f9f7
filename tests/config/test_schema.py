"""The committed schema is the one the configuration's model gives."""

from pathlib import Path

import yaml

from valueadded.config.schema import schema_text

SCHEMA = Path(__file__).parents[2] / "workflow" / "schemas" / "config.schema.yaml"


def test_committed_schema_is_that_of_the_model():
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), (
        "write schema_text() to workflow/schemas again"
    )


def test_schema_is_closed_at_every_level():
    schema = yaml.safe_load(schema_text())
    sections = [schema, *schema["$defs"].values()]
    open_sections = [part.get("description") for part in sections if "properties" in part]
    assert open_sections
    assert all(part["additionalProperties"] is False for part in sections if "properties" in part)
