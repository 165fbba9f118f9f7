"""The JSON schema of `config.yaml`, for editors and readers: every key, its description and its unit."""

from typing import Any

import yaml

from valueadded.config.whole import Config

HEADING = "# Generated from src/valueadded/config; a test compares the two. Do not edit.\n"


def schema_text() -> str:
    """Return the schema of the configuration as YAML text, keys in the order of the model."""
    return HEADING + yaml.safe_dump(_without_titles(Config.model_json_schema()), sort_keys=False, width=110)


def _without_titles(part: Any) -> Any:
    """Return the schema without the titles made of the keys' own names, which say nothing."""
    if isinstance(part, list):
        return [_without_titles(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    named = {"properties", "$defs"}
    return {
        key: {name: _without_titles(entry) for name, entry in content.items()}
        if key in named
        else _without_titles(content)
        for key, content in part.items()
        if not (key == "title" and isinstance(content, str))
    }
