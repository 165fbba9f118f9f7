"""From the text of a registry, in YAML, to the policy it describes (V23)."""

import yaml
from pydantic import ValidationError

from valueadded.errors import ConfigError
from valueadded.intake_adjusted.policy import Policy

# A registry is read at the start of every run and job; the loader written in C takes a seventh of the time.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_policy(text: str, name: str = "registry") -> Policy:
    """Return the policy that a registry in YAML describes; `name` stands for its file in errors.

    Raises
    ------
    ConfigError
        Naming every fault: no YAML, an unknown key, an unknown measure, an outcome without its pair.
    """
    try:
        return Policy.model_validate(yaml.load(text, LOADER))
    except yaml.YAMLError as fault:
        raise ConfigError(f"{name}: not YAML ({fault})") from None
    except ValidationError as fault:
        lines = [_explain(each["loc"], each["type"], each["msg"]) for each in fault.errors()]
        raise ConfigError(f"{name}: " + "; ".join(lines)) from None


def _explain(place: tuple[int | str, ...], kind: str, words: str) -> str:
    where = ".".join(map(str, place)) or "registry"
    if place and place[-1] == "composition" and kind != "extra_forbidden":
        return f"{where}: silent on the composition measure; expected a name, or `composition: none`"
    return f"{where}: {words.removeprefix('Value error, ')}"
