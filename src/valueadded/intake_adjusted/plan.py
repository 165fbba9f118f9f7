"""What a configured study may ask of a policy, judged before any job."""

from collections.abc import Iterable, Mapping

from valueadded.errors import ConfigError
from valueadded.intake_adjusted.policy import Policy
from valueadded.intake_adjusted.schedule import refuse_unpublished


def check_plan(policy: Policy, outcomes: Mapping[str, Iterable[str]]) -> None:
    """Refuse a policy that cannot be repeated, and outcomes that it does not have.

    Parameters
    ----------
    outcomes
        Configuration key -> names of outcomes with their window.

    Raises
    ------
    FitError
        If the policy has measures whose construction was never published.
    ConfigError
        Naming every key with an outcome that the registry does not know.
    """
    refuse_unpublished(policy)
    known = sorted(name for entry in policy.outcomes.values() for name in entry.variables.values())
    faults = [
        f"{key}: found '{name}'; expected an outcome of registry {policy.policy}: {', '.join(known)}"
        for key, names in outcomes.items()
        for name in names
        if name not in known
    ]
    if faults:
        raise ConfigError("config.yaml is refused:\n  " + "\n  ".join(faults))
