"""Where a registry is: among those that come with the package, or in a file of the user's."""

from importlib.resources import files
from pathlib import Path

from valueadded.errors import ConfigError
from valueadded.intake_adjusted.policy import Policy
from valueadded.intake_adjusted.registry_text import read_policy

POLICIES = ("england_ks2", "victoria_2009", "victoria_2011")
SUFFIXES = (".yaml", ".yml")


def load_policy(name: str = "victoria_2011") -> Policy:
    """Return the policy of that name or file.

    Raises
    ------
    ConfigError
        If there is none, or its registry is refused.
    """
    return read_policy(registry_text(name), name if is_file(name) else f"{name}.yaml")


def is_file(name: str) -> bool:
    """Return whether a policy is named by the path of its registry."""
    return name.endswith(SUFFIXES)


def registry_text(name: str) -> str:
    """Return the registry of a policy that comes with the package, or of a file in YAML.

    Raises
    ------
    ConfigError
        If there is none of that name, or the file cannot be read.
    """
    if not is_file(name):
        if name not in POLICIES:
            raise ConfigError(
                f"registry '{name}' does not come with the package; expected {', '.join(POLICIES)}, "
                f"or the path of a registry, ending in {SUFFIXES[0]}"
            )
        place = files("valueadded").joinpath("intake_adjusted", "registry", f"{name}.yaml")
        return place.read_text(encoding="utf-8")
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"registry {name} cannot be read ({fault}); expected a text in YAML") from None
