import pytest

from valueadded.errors import ContractError
from valueadded.figures.selection import benchmark_model, effects_of, relative_and_benchmark


def test_drift_model_is_shown_before_the_others(study):
    assert benchmark_model(study.effects, "reading") == "benchmark_drift"
    without = study.effects[study.effects["model"] != "benchmark_drift"]
    assert benchmark_model(without, "reading") == "benchmark_offset"


def test_without_a_benchmark_only_relative_effects_remain(study):
    relative = study.effects[study.effects["model"] == "relative"]
    assert benchmark_model(relative, "reading") is None
    assert set(relative_and_benchmark(relative, "reading")["model"]) == {"relative"}


def test_rows_come_in_one_order_whatever_theirs_was(study):
    shuffled = study.effects.sample(frac=1, random_state=1)
    assert relative_and_benchmark(shuffled, "reading").equals(
        relative_and_benchmark(study.effects, "reading")
    )


def test_a_domain_without_effects_is_refused_by_name(study):
    with pytest.raises(ContractError, match="no row of model 'relative' in domain 'numeracy'"):
        effects_of(study.effects, "numeracy", ["relative"])
