"""The base of every section of the configuration: closed and strict."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section that refuses unknown keys and silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
