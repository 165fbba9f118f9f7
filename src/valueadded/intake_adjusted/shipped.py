"""The registries that come with the package."""

from importlib.resources import files

from valueadded.errors import ConfigError
from valueadded.intake_adjusted.policy import Policy, read_policy

POLICIES = ("england_ks2", "victoria_2009", "victoria_2011")


def load_policy(name: str = "victoria_2011") -> Policy:
    """Return a policy that comes with the package.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    if name not in POLICIES:
        raise ConfigError(f"registry '{name}' does not come with the package; expected {', '.join(POLICIES)}")
    place = files("valueadded").joinpath("intake_adjusted", "registry", f"{name}.yaml")
    return read_policy(place.read_text(encoding="utf-8"), f"{name}.yaml")
