"""The tables of the stage: models read back from them are the models that were fitted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from layered.wright_sanders import EXAMPLE_3, invented_district, students

from valueadded.contracts import layered as contracts
from valueadded.contracts import layered_teachers as more
from valueadded.errors import DesignError
from valueadded.layered import (
    FittedTables,
    LayeredPlan,
    comparators_table,
    describe_teachers,
    find_tracks,
    fit_layered,
    fit_models,
    join_teachers,
    publishable_effects,
    revise_effects,
    revisions_table,
    weights_table,
)
from valueadded.layered.join import frame_of
from valueadded.table_io import check_table

PLAN = LayeredPlan(
    models=["complete", "zero", "variable", "fixed"],
    fixed_persistence=0.4,
    method="ML",
    student_covariance="unstructured",
    unscored="act",
    covariates=["age"],
    schools=True,
    time="year_level",
    confidence=0.9,
)


def records() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two cohorts of one district in two schools, a score missing here and there."""
    parts = []
    for cohort, seed in ((2018, 7), (2019, 8)):
        rows = invented_district(seed=seed, n_students=70, holes=0.1)
        parts.append(
            rows.assign(
                student_id=f"{cohort}-" + rows["student_id"],
                year_level=rows["year"] + 2,
                calendar_year=cohort + rows["year"] + 2,
                domain="reading",
                school_id=np.where(rows["student_id"].str[-1].isin(list("02468")), "even", "odd"),
                score=rows["score"].mask(rows.index % 11 == 0),
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    links = frame[["student_id", "calendar_year", "domain", "teacher_id"]].assign(share=1.0)
    joined = join_teachers(
        frame.drop(columns=["teacher_id", "year"]), links, PLAN.time, ["age"], schools=True
    )
    return joined.scores, joined.links


@pytest.fixture(scope="module")
def joined():
    return records()


@pytest.fixture(scope="module")
def tables(joined):
    return fit_models(*joined, PLAN)


@pytest.fixture(scope="module")
def fitted(joined, tables):
    parts = (tables.variances, tables.covariance, tables.persistence)
    return FittedTables(*joined, *parts, PLAN.covariates, PLAN.unscored, PLAN.schools, PLAN.time)


def one_fit(joined, persistence):
    return fit_layered(
        frame_of(*joined),
        persistence=persistence,
        covariates=["age"],
        unscored="act",
        schools=True,
    )


@pytest.mark.parametrize(
    "name", ["fits", "fixed_effects", "variances", "covariance", "persistence", "effects", "notes"]
)
def test_every_table_meets_its_contract(tables, name):
    check_table(getattr(tables, name), getattr(contracts, f"LAYERED_{name.upper()}"), name)


def test_models_read_back_have_the_effects_that_were_fitted(fitted, tables):
    restored = fitted.restore()
    assert list(restored) == PLAN.models
    for name, model in restored.items():
        rows = tables.effects[tables.effects["model"] == name]
        # The same equations at the same parameters: rounding alone.
        assert model.posterior.effects == pytest.approx(rows["effect"].to_numpy(), abs=1e-9)
        errors = np.sqrt(model.posterior.prediction_variance)
        assert errors == pytest.approx(rows["std_error"].to_numpy(), abs=1e-9)


def test_tables_of_other_records_are_refused(fitted):
    fewer = fitted.variances[fitted.variances["period"] != 4]
    with pytest.raises(DesignError, match="other records"):
        replace(fitted, variances=fewer).restore()


def test_year_and_level_name_an_effect(tables):
    effects = tables.effects
    assert (effects["year"] - effects["year_level"]).isin([2018, 2019]).all()
    assert (effects["value_added"] == (effects["year_level"] > 3)).all()
    assert set(effects["layer"]) == {"teacher", "school"}


def test_revisions_are_those_of_the_fits(joined, fitted, tables):
    table = revisions_table(fitted, tables.effects, 0.01)
    check_table(table, more.LAYERED_REVISIONS, "revisions")
    direct = revise_effects({"zero": one_fit(joined, "zero")}, 0.01).table
    ours = table[table["model"] == "zero"]
    assert ours["change"].to_numpy() == pytest.approx(direct["change"].to_numpy(), abs=1e-8)


def test_contributions_of_scores_make_the_effect(fitted, tables):
    weights = weights_table(fitted, ["2-1"])
    check_table(weights, more.LAYERED_WEIGHTS, "weights")
    assert weights["value_added"].all()
    assert not weights_table(fitted, ["1-1"])["value_added"].any()
    key = ["model", "teacher_id", "teacher_domain", "teacher_year", "teacher_year_level"]
    sums = weights.groupby(key)["contribution"].sum()
    effects = tables.effects[(tables.effects["teacher_id"] == "2-1") & (tables.effects["layer"] == "teacher")]
    named = effects.set_index(["model", "teacher_id", "domain", "year", "year_level"])["effect"]
    assert len(sums) == 2 * len(PLAN.models)
    assert sums.to_numpy() == pytest.approx(named.loc[list(sums.index)].to_numpy(), abs=1e-9)
    taught = weights[weights["taught"]].groupby(key)["student_id"].nunique()
    assert (taught < weights.groupby(key)["student_id"].nunique()).all()
    with pytest.raises(DesignError, match=r"layered\.weights_of"):
        weights_table(fitted, ["2-1", "nobody"])


def test_published_effects_name_no_teacher_unless_asked(tables):
    without = publishable_effects(tables.effects, teachers=False)
    assert set(without["layer"]) == {"school"}
    both = publishable_effects(tables.effects, teachers=True)
    assert set(both["layer"]) == {"teacher", "school"}
    # Nobody was tested before level 3.
    for table in (without, both):
        assert table["year_level"].min() == 4
        check_table(table, contracts.LAYERED_PUBLISHED_EFFECTS, "published_effects")


def test_what_needs_no_model_is_described_at_once():
    frame = invented_district(n_students=60, holes=0.1)
    scores = frame.assign(
        year_level=frame["year"] + 2,
        calendar_year=2018 + frame["year"],
        domain="reading",
        school_id="S",
        score=frame["score"].mask(frame.index % 11 == 0),
    ).drop(columns=["teacher_id", "year"])
    links = scores[["student_id", "calendar_year", "domain"]].assign(
        teacher_id=frame["teacher_id"], share=1.0
    )
    found = describe_teachers(scores, links, "year_level", ["age"], schools=True, unscored="act")
    joined = join_teachers(scores, links, "year_level", ["age"], schools=True)
    tracks = find_tracks(joined.scores, joined.links, "act", True, "year_level")
    for ours, theirs, contract in (
        (found.records.scores, joined.scores, None),
        (found.records.links, joined.links, None),
        (found.records.findings, joined.findings, more.LAYERED_FINDINGS),
        (found.tracks.tracks, tracks.tracks, more.LAYERED_TRACKS),
        (found.tracks.track_links, tracks.track_links, more.LAYERED_TRACK_LINKS),
        (
            found.comparators,
            comparators_table(joined.scores, joined.links, "year_level"),
            more.LAYERED_COMPARATORS,
        ),
    ):
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
        if contract is not None:
            check_table(ours, contract, contract.name)
    # Who teaches an unscored year connects nobody unless the teacher acts.
    ignored = describe_teachers(scores, links, "year_level", ["age"], schools=True).tracks.track_links
    assert ignored["n_students"].sum() < tracks.track_links["n_students"].sum()


def test_tracks_of_the_source(joined):
    """Table 10: D, E, G, H with A and B are one track; C, F and J the other."""
    rows = students(EXAMPLE_3).assign(domain="reading", school_id="S", year_level=lambda f: f["year"])
    rows = rows.assign(calendar_year=2020 + rows["year"])
    links = rows[["student_id", "calendar_year", "domain", "teacher_id"]].assign(share=1.0)
    small = join_teachers(rows.drop(columns=["teacher_id", "year"]), links, "year_level", [])
    found = find_tracks(small.scores, small.links, "ignore", False, "year_level")
    check_table(found.tracks, more.LAYERED_TRACKS, "tracks")
    check_table(found.track_links, more.LAYERED_TRACK_LINKS, "track_links")
    assert found.tracks[["n_teachers", "n_students"]].to_numpy().tolist() == [[6, 8], [3, 1]]
    passed = found.track_links.set_index(["teacher_id", "next_teacher_id"])["n_students"]
    assert passed["A", "D"] == 2
    assert passed["C", "F"] == passed["F", "J"] == 1
    assert passed.sum() == 2 * 9


def test_tracks_are_numbered_as_the_effects_are(joined, tables):
    found = find_tracks(*joined, PLAN.unscored, PLAN.schools, PLAN.time)
    effects = tables.effects[tables.effects["model"] == "zero"]
    assert found.tracks.set_index("component")["n_effects"].to_dict() == (
        effects.groupby("component").size().to_dict()
    )
