"""What a configured study may ask of a policy, judged before any job."""

from collections.abc import Iterable, Mapping, Sequence

from valueadded.errors import ConfigError
from valueadded.intake_adjusted.policy import Policy
from valueadded.intake_adjusted.schedule import refuse_unpublished


def check_plan(
    policy: Policy, outcomes: Mapping[str, Iterable[str]], latest_only: Sequence[str] = ()
) -> None:
    """Refuse a policy that cannot be repeated, and outcomes that it does not have.

    Parameters
    ----------
    outcomes
        Configuration key -> names of outcomes with their window.
    latest_only
        Keys whose outcomes must be those of the latest year.

    Raises
    ------
    FitError
        If the policy has measures whose construction was never published.
    ConfigError
        Naming every key with an outcome that the registry does not know.
    """
    refuse_unpublished(policy)
    named = [(name, key) for entry in policy.outcomes.values() for key, name in entry.variables.items()]
    faults = []
    for key, names in outcomes.items():
        known = sorted(name for name, window in named if window == "LY" or key not in latest_only)
        kind = "an outcome of the latest year" if key in latest_only else "an outcome"
        faults += [
            f"{key}: found '{name}'; expected {kind} of registry {policy.policy}: {', '.join(known)}"
            for name in names
            if name not in known
        ]
    if faults:
        raise ConfigError("config.yaml is refused:\n  " + "\n  ".join(faults))
