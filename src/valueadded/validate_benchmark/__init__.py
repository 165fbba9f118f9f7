"""Does benchmarking work? Invented systems with planted truth, and what each method makes of them (N1)."""

from valueadded.validate_benchmark.study import simulate_scenario
from valueadded.validate_benchmark.summary import summarise_replicates
from valueadded.validate_benchmark.tables import describe_summary
from valueadded.validate_benchmark.world import World

__all__ = ["World", "describe_summary", "simulate_scenario", "summarise_replicates"]
