"""The tiny state from nothing to figures through Snakemake, and what is made again when something changes."""

import csv
import re
import shutil
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from tiny_state import (
    DOMAINS,
    TESTED_YEARS,
    UNTESTED,
    YEARS,
    files_config,
    run_snakemake,
    tiny_config,
    write_config,
)

from valueadded.config.synthetic_whole_schools import SyntheticWholeSchools, generated_files
from valueadded.contracts import (
    benchmark,
    cohorts,
    effects,
    figures,
    intake,
    intake_adjusted,
    intake_adjusted_figures,
    intake_adjusted_records,
    layered,
    layered_figures,
    layered_records,
    layered_teachers,
    location_scale,
    location_scale_chains,
    location_scale_figures,
    location_scale_tables,
    location_scale_years,
    mixed,
    published,
    records,
    synthetic,
    synthetic_teachers,
    whole_school_records,
)
from valueadded.table_io import read_table
from valueadded.validation.student_key import FIXED_KEY, hide_students

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

WHOLE_SCHOOL_TABLES = (
    "measures",
    "regressions",
    "performance",
    "uncertainty",
    "choices",
    "contest",
    "multilevel",
    "agreement",
)

# Every Parquet file of a run, by the contract it must meet; the first pattern that fits is the file's.
CONTRACTS: dict[str, pa.DataFrameSchema] = {
    "synthetic/*scale_links.parquet": records.SCALE_LINKS,
    "synthetic/truth_schools.parquet": synthetic.TRUTH_SCHOOLS,
    "synthetic/truth_system.parquet": synthetic.TRUTH_SYSTEM,
    "synthetic/truth_defects.parquet": synthetic.TRUTH_DEFECTS,
    "synthetic/truth_whole_schools.parquet": synthetic.TRUTH_WHOLE_SCHOOLS,
    "synthetic/truth_whole_school_coefficients.parquet": synthetic.TRUTH_WHOLE_SCHOOL_COEFFICIENTS,
    "synthetic/truth_whole_school_defects.parquet": synthetic.TRUTH_DEFECTS,
    "validation/*quarantine.parquet": records.QUARANTINE,
    "validation/*ledger.parquet": records.LEDGER,
    "validation/*notes.parquet": records.NOTES,
    **{
        f"validation/whole_schools/{name}.parquet": contract
        for name, contract in whole_school_records.WHOLE_SCHOOL_TABLES.items()
    },
    "validation/assessments/*": records.ASSESSMENTS,
    "validation/students/*": records.STUDENTS,
    "validation/schools/*": records.SCHOOLS,
    "validation/teacher_scores/*": layered_records.TEACHER_SCORES,
    "validation/teacher_links/*": layered_records.TEACHER_LINKS,
    "synthetic/truth_teachers.parquet": synthetic_teachers.TRUTH_TEACHERS,
    "cohorts/attrition.parquet": cohorts.ATTRITION,
    "cohorts/attrition_by_school.parquet": cohorts.ATTRITION_BY_SCHOOL,
    "cohorts/matched_comparison.parquet": cohorts.MATCHED_COMPARISON,
    "cohorts/comparison/*": cohorts.MATCHED_COMPARISON,
    "cohorts/unmatched/*": cohorts.UNMATCHED,
    "cohorts/*/*": cohorts.COHORT,
    "intake/students/*": intake.STUDENT_INTAKE,
    "intake/prior_constants.parquet": intake.PRIOR_CONSTANTS,
    "intake/schools*": intake.SCHOOL_INTAKE,
    "mixed/moments/*": mixed.MOMENTS,
    "mixed/school_covariance.parquet": mixed.SCHOOL_COVARIANCE,
    "mixed/school_covariance_error.parquet": mixed.SCHOOL_COVARIANCE_ERROR,
    "mixed/joint_correlations.parquet": mixed.JOINT_CORRELATIONS,
    "mixed/lag_profile.parquet": mixed.LAG_PROFILE,
    "mixed/structures.parquet": mixed.STRUCTURES,
    "mixed/joint_changes.parquet": mixed.JOINT_CHANGES,
    "location_scale/fits.parquet": location_scale.LOCATION_SCALE_FITS,
    "location_scale/coefficients.parquet": location_scale.LOCATION_SCALE_COEFFICIENTS,
    "location_scale/covariance.parquet": location_scale.LOCATION_SCALE_COVARIANCE,
    "location_scale/school_effects.parquet": location_scale.LOCATION_SCALE_EFFECTS,
    "location_scale/comparison.parquet": location_scale.LOCATION_SCALE_COMPARISON,
    "location_scale/posteriors.parquet": location_scale.LOCATION_SCALE_POSTERIORS,
    "location_scale/traces.parquet": location_scale_chains.LOCATION_SCALE_TRACES,
    "location_scale/autocorrelations.parquet": location_scale_chains.LOCATION_SCALE_AUTOCORRELATIONS,
    "location_scale/variance_drift.parquet": location_scale_years.LOCATION_SCALE_VARIANCE_DRIFT,
    "location_scale/tables/characteristics.parquet": location_scale_tables.CHARACTERISTICS,
    "location_scale/tables/ladder.parquet": location_scale_tables.LADDER,
    "location_scale/year_correlations.parquet": location_scale_years.LOCATION_SCALE_CORRELATIONS,
    **{
        f"layered/{contract.name.removeprefix('layered_')}.parquet": contract
        for module in (layered, layered_records, layered_teachers)
        for name, contract in vars(module).items()
        if name.startswith("LAYERED_") and isinstance(contract, pa.DataFrameSchema)
    },
    **{
        f"intake_adjusted/{name}.parquet": getattr(intake_adjusted_records, f"INTAKE_ADJUSTED_{name.upper()}")
        for name in ("annual", "school_types", "aim_branches", "retention_sources")
    },
    **{
        f"intake_adjusted/{name}.parquet": getattr(intake_adjusted, f"INTAKE_ADJUSTED_{name.upper()}")
        for name in WHOLE_SCHOOL_TABLES
    },
    **{f"published/{name}.parquet": contract for name, contract in published.PUBLISHED.items()},
    **{f"{name}.parquet": contract for name, contract in published.RECORDS.items()},
    "*/fits.parquet": mixed.FITS,
    "*/fixed_effects.parquet": mixed.FIXED_EFFECTS,
    "*/fit_records.parquet": mixed.FIT_RECORDS,
    "*/school_effects.parquet": effects.SCHOOL_EFFECTS,
    "benchmark/reference.parquet": benchmark.REFERENCE,
    "benchmark/drift.parquet": benchmark.DRIFT,
    "benchmark/prior_drift.parquet": benchmark.PRIOR_DRIFT,
    "benchmark/measurement_error.parquet": benchmark.MEASUREMENT_ERROR,
    "benchmark/decomposition.parquet": benchmark.DECOMPOSITION,
    "effects/reflated_effects.parquet": effects.REFLATED_EFFECTS,
    "effects/school_changes.parquet": effects.SCHOOL_CHANGES,
    "effects/year_correlations.parquet": effects.YEAR_CORRELATIONS,
    "effects/associations.parquet": effects.ASSOCIATIONS,
    "effects/ranks.parquet": effects.RANKS,
    "effects/flags.parquet": effects.FLAGS,
    "effects/comparisons.parquet": effects.COMPARISONS,
    "figures/teacher_caterpillar_*": layered_figures.TEACHER_CATERPILLAR,
    "figures/revised_effects_*": layered_figures.REVISED_EFFECTS,
    "figures/track_graph_*": layered_figures.TRACK_GRAPH,
    "figures/persistence_by_lag_*": layered_figures.PERSISTENCE_BY_LAG,
    "figures/school_changes_*": figures.SCHOOL_CHANGE_FIGURE,
    "figures/joint_correlation_by_lag_*": figures.JOINT_CORRELATION_BY_LAG,
    "figures/attrition_flow_*": figures.ATTRITION_FLOW,
    "figures/prior_and_outcome_*": figures.PRIOR_AND_OUTCOME,
    "figures/system_drift_*": figures.SYSTEM_DRIFT,
    "figures/effect_distribution_*": figures.EFFECT_DISTRIBUTION,
    "figures/caterpillar_*": figures.CATERPILLAR,
    "figures/relative_against_benchmark_*": figures.RELATIVE_AGAINST_BENCHMARK,
    "figures/school_trajectories_*": figures.SCHOOL_TRAJECTORIES,
    "figures/year_correlations_*": figures.YEAR_CORRELATION_MATRIX,
    "figures/score_distributions_*": location_scale_figures.SCORE_DISTRIBUTIONS,
    "figures/two_schools_*": location_scale_figures.TWO_SCHOOLS,
    "figures/means_against_variances_*": location_scale_figures.MEANS_AGAINST_VARIANCES,
    "figures/twin_caterpillar_*": location_scale_figures.TWIN_CATERPILLAR,
    "figures/intake_bars_*": intake_adjusted_figures.INTAKE_BARS,
    "figures/school_summary_*": intake_adjusted_figures.SCHOOL_SUMMARY,
    "figures/intake_funnel_*": intake_adjusted_figures.INTAKE_FUNNEL,
}

# The columns that readers of the results rely on (DESIGN section 4), written out here so that a contract
# cannot drop one and pass.
FITS = "domain year model method n_students n_schools school_variance slope_variance slope_covariance"
FITS += " residual_variance log_likelihood converged boundary evaluations"
EFFECTS = "domain year model school_id n_students mean_residual effect std_error lower upper interval"
EFFECTS += " lower_textbook upper_textbook reliability effect_plus_mean"
FIXED_COLUMNS = {
    "validation/quarantine": "source_file table source_row reason column detail",
    "validation/ledger": "source_file table rows_in accepted quarantined duplicates_merged",
    "validation/notes": "source_file table note column records detail",
    "cohorts/attrition": "domain year step reason students",
    "cohorts/reading/2018": "student_id school_id year domain score prior_score prior_school_id",
    "mixed/fits": FITS,
    "benchmark/fits": FITS,
    "mixed/fixed_effects": "domain year model term estimate std_error",
    "benchmark/fixed_effects": "domain year model term estimate std_error",
    "mixed/school_covariance": "domain year_a year_b covariance std_error",
    "benchmark/reference": "domain line term estimate",
    "benchmark/drift": "domain year basis drift std_error lower upper intercept_part slope_part"
    " sampling_std_error link_std_error",
    "benchmark/decomposition": "domain year school_id mean_residual_relative mean_residual_benchmark"
    " intercept_part slope_part",
    "effects/school_effects": EFFECTS,
    "effects/school_changes": "domain school_id year_from year_to model change std_error lower upper"
    " p_improved",
    "effects/year_correlations": "domain year_a year_b model_a model_b method correlation lower upper"
    " n_schools estimates",
    "intake_adjusted/annual": "school_id measure calendar_year value n_students",
    "intake_adjusted/school_types": "school_id calendar_year school_type",
    "location_scale/coefficients": "domain year model estimator function term estimate std_error lower upper",
    "location_scale/school_effects": "domain year model estimator school_id n_students mean_effect"
    " mean_effect_std_error mean_effect_lower mean_effect_upper slope_effect slope_effect_std_error"
    " slope_effect_lower slope_effect_upper scale_effect scale_effect_std_error scale_effect_lower"
    " scale_effect_upper school_variance school_variance_lower school_variance_upper reference_variance"
    " reference_variance_lower reference_variance_upper separated_mean separated_variance",
    "location_scale/year_correlations": "domain year_a year_b what correlation std_error lower upper"
    " n_schools",
    "location_scale/tables/ladder": "domain year table position block label model estimator estimate"
    " std_error",
    "layered/effects": "model teacher_id domain year n_students effect std_error lower upper component"
    " value_added",
    "intake_adjusted/performance": "school_id outcome window group calendar_year years_used n_students"
    " observed expected standardised_residual band status",
    "published/school_effects": "domain year model school_id status students effect std_error lower upper",
    "published/school_changes": "domain school_id year_from year_to model status change std_error lower",
    "published/system_drift": "domain year basis status drift std_error lower upper",
    "published/year_correlations": "domain year_a year_b model method status correlation lower upper schools",
    "published/location_scale": "domain year model school_id status students mean_effect",
    "published/performance": "outcome window group school_id status students standardised_residual band",
    "effects/ranks": "domain year model school_id rank rank_lower rank_upper p_above_average"
    " p_top_quintile p_bottom_quintile",
}
FIGURES = [
    "attrition_flow",
    "caterpillar",
    "effect_distribution",
    "joint_correlation_by_lag",
    "means_against_variances",
    "persistence_by_lag",
    "prior_and_outcome",
    "relative_against_benchmark",
    "revised_effects",
    "school_changes",
    "school_trajectories",
    "score_distributions",
    "system_drift",
    "teacher_caterpillar",
    "track_graph",
    "twin_caterpillar",
    "two_schools",
    "year_correlations",
]
DOMAINS_A_ROW = {"tests.csv": 5, "aim.csv": 3}
WHOLE_SCHOOL_FIGURES = ["intake_bars_0012", "school_summary_0012", "intake_funnel_NAPLANyr5Read_4Y"]
COHORT_JOBS = {"match_cohort", "measure_intake"}


@pytest.fixture(scope="module")
def results(tiny_run: Path) -> Path:
    return tiny_run / "results"


@pytest.fixture
def copied_run(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of the finished run that reads its input as real files, so that a test can alter them."""
    copy = tmp_path / "study"
    shutil.copytree(tiny_run, copy)
    write_config(copy, files_config())
    return copy


def contract_of(results: Path, path: Path) -> pa.DataFrameSchema | None:
    name = path.relative_to(results).as_posix()
    return next((contract for pattern, contract in CONTRACTS.items() if fnmatch(name, pattern)), None)


def table(results: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(results / f"{name}.parquet")


def planned_jobs(folder: Path, *options: str) -> list[tuple[str, str]]:
    """Rule and wildcards of every job that a run would do."""
    found = run_snakemake(folder, "--cores", "2", "--dry-run", *options)
    assert found.returncode == 0, found.stdout + found.stderr
    screen = found.stdout + found.stderr
    return [
        (rule, wildcards or "")
        for rule, wildcards in re.findall(
            r"^(?:local)?rule (\w+):\n(?:    (?!wildcards).*\n)*(?:    wildcards: (.*)\n)?",
            screen,
            re.MULTILINE,
        )
    ]


def cohorts_among(jobs: list[tuple[str, str]], rule: str) -> set[tuple[str, int]]:
    found = set()
    for name, wildcards in jobs:
        if name == rule:
            values = dict(part.split("=") for part in wildcards.split(", "))
            found.add((values["domain"], int(values["year"])))
    return found


class TestTables:
    def test_every_table_meets_its_contract_in_the_order_of_its_key(self, results):
        paths = sorted(results.rglob("*.parquet"))
        assert len(paths) > 80
        for path in paths:
            contract = contract_of(results, path)
            assert contract is not None, f"{path} has no contract"
            content = read_table(path, contract)
            columns = list(contract.columns)
            assert content.columns[: len(columns)].tolist() == columns, path
            in_order = content.sort_values(list(contract.unique), kind="stable").index
            assert in_order.equals(content.index), f"{path} is not sorted by its key"

    @pytest.mark.parametrize("name", FIXED_COLUMNS)
    def test_fixed_columns_come_first(self, results, name):
        fixed = FIXED_COLUMNS[name].split()
        assert list(table(results, name).columns[: len(fixed)]) == fixed

    def test_the_reference_carries_its_covariance(self, results):
        reference = table(results, "benchmark/reference")
        assert set(reference.columns[4:-1]) == {f"cov:{term}" for term in reference["term"]}
        assert reference.columns[-1] == "used"

    def test_nothing_is_left_half_written(self, tiny_run):
        assert [path for path in (tiny_run / "results").rglob("*") if path.name.endswith(".part")] == []

    def test_schools_keep_their_leading_zeros_and_students_have_hashes(self, results):
        cohort = table(results, "cohorts/reading/2018")
        with (results / "synthetic" / "assessments_2018.csv").open(encoding="utf-8") as stream:
            written = pd.DataFrame(csv.DictReader(stream))
        assert set(cohort["school_id"]) <= set(written["school"])
        assert cohort["school_id"].str.startswith("0").all()
        assert written["student"].str.startswith("0").any(), "they differ with and without their zeros"
        hashes = hide_students(pd.DataFrame({"student_id": written["student"]}), FIXED_KEY.encode())
        assert set(cohort["student_id"]) <= set(hashes["student_id"])
        assert cohort["student_id"].is_unique

    def test_every_cohort_and_no_other_exists(self, results):
        found = {
            path.relative_to(results / "cohorts") for path in (results / "cohorts").glob("[nr]*/*.parquet")
        }
        assert found == {Path(domain, f"{year}.parquet") for domain in DOMAINS for year in YEARS}


class TestAccounts:
    def test_the_ledger_explains_every_row_of_every_file(self, results):
        ledger = table(results, "validation/ledger").set_index("source_file")
        assert set(ledger.index) == {
            "students.csv",
            "schools.csv",
            "teacher_links.csv",
            "teacher_scores.csv",
            *(f"assessments_{year}.csv" for year in TESTED_YEARS),
            *generated_files(SyntheticWholeSchools(**tiny_config()["synthetic_whole_schools"])),
        }
        explained = ledger[["accepted", "quarantined", "duplicates_merged"]].sum(axis=1)
        assert (ledger["rows_in"] == explained).all()
        for name, rows_in in ledger["rows_in"].items():
            with (results / "synthetic" / str(name)).open(encoding="utf-8") as stream:
                # A row of a file with several score columns is several records.
                assert rows_in == (sum(1 for _ in stream) - 1) * DOMAINS_A_ROW.get(str(name), 1)

    def test_every_planted_defect_is_found_for_its_reason(self, results):
        key = ["table", "source_file", "source_row"]
        truths = [table(results, f"synthetic/{name}_defects") for name in ("truth", "truth_whole_school")]
        planted = pd.concat(truths).set_index(key)["reason"]
        planted = planted[planted != "exact_duplicate"]
        found = table(results, "validation/quarantine").drop_duplicates(key).set_index(key)["reason"]
        assert len(planted) > 50
        assert found.reindex(planted.index).eq(planted).all()

    def test_attrition_adds_up_in_every_cohort_and_school(self, results):
        for name, unit in (("attrition", []), ("attrition_by_school", ["school_id"])):
            account = table(results, f"cohorts/{name}")
            counted = account.assign(start=account["step"].eq("records")).pivot_table(
                index=["domain", "year", *unit],
                columns="start",
                values="students",
                aggfunc="sum",
                fill_value=0,
            )
            assert (counted[True] == counted[False]).all()
            matched = account[account["step"] == "matched"].groupby(["domain", "year"])["students"].sum()
            for (domain, year), students in matched.items():
                assert students == len(table(results, f"cohorts/{domain}/{year}"))

    def test_the_cohort_that_cannot_exist_is_in_the_account_with_its_reason(self, results):
        account = table(results, "cohorts/attrition")
        absent = account[account["step"] == "no_cohort"]
        assert absent[["domain", "year", "reason", "students"]].to_numpy().tolist() == [
            [domain, UNTESTED, "year_not_tested", 0] for domain in DOMAINS
        ]


class TestNumbers:
    def test_the_decomposition_is_an_identity(self, results):
        parts = table(results, "benchmark/decomposition")
        sum_of_parts = parts["mean_residual_relative"] + parts["intercept_part"] + parts["slope_part"]
        # Exact but for rounding: scores near 500 carry 1e-13 each, and a mean adds few of them up.
        assert (parts["mean_residual_benchmark"] - sum_of_parts).abs().max() < 1e-10
        assert len(parts) == len(DOMAINS) * len(YEARS) * 16

    def test_every_model_is_there_and_converged(self, results):
        fits = pd.concat([table(results, "mixed/fits"), table(results, "benchmark/fits")])
        assert fits["converged"].all()
        assert set(fits["model"]) == {
            "relative",
            "relative_slope",
            "joint",
            "benchmark_offset",
            "benchmark_drift",
            "benchmark_frozen",
        }
        assert (fits.groupby("model").size() == len(DOMAINS) * len(YEARS)).all()
        assert set(table(results, "effects/school_effects")["model"]) == set(fits["model"])

    def test_the_planted_drift_comes_back(self, results):
        truth = table(results, "synthetic/truth_system").set_index(["domain", "year"])["drift"]
        drift = table(results, "benchmark/drift").set_index(["domain", "year"])
        error = drift["drift"] - truth.reindex(drift.index)
        # Sixteen schools tell little; four standard errors are passed once in sixteen thousand draws.
        assert (error.abs() <= 4 * drift["std_error"] + 1e-9).all()
        assert drift.loc[drift.index.get_level_values("year") == 2020, "upper"].lt(0).all()

    def test_the_planted_variances_come_back(self, results):
        truth = table(results, "synthetic/truth_system").set_index(["domain", "year"])
        fits = table(results, "mixed/fits").query("model == 'relative'").set_index(["domain", "year"])
        residual = fits["residual_variance"] / truth["residual_sd"].reindex(fits.index) ** 2
        # About 700 students: the standard error of the ratio is sqrt(2 / 700) = 0.05.
        assert residual.between(0.8, 1.2).all()
        school = fits["school_variance"] / truth["school_sd"].reindex(fits.index) ** 2
        # Sixteen schools: the standard error of the ratio is about sqrt(2 / 15) = 0.4 and more.
        assert school.between(0.1, 3.0).all()

    def test_estimated_effects_follow_the_true_ones(self, results):
        estimated = table(results, "effects/school_effects").query("model == 'benchmark_drift'")
        key = ["domain", "year", "school_id"]
        both = estimated.merge(table(results, "synthetic/truth_schools"), on=key, suffixes=("", "_true"))
        assert len(both) == len(DOMAINS) * len(YEARS) * 16
        centred = both.groupby(["domain", "year"])[["effect", "effect_true"]].transform(
            lambda x: x - x.mean()
        )
        # With reliabilities near 0.7, the correlation is near the root of that.
        assert np.corrcoef(centred["effect"], centred["effect_true"])[0, 1] > 0.6


class TestFiles:
    @pytest.mark.parametrize("name", [*FIGURES, *WHOLE_SCHOOL_FIGURES])
    def test_a_figure_has_its_picture_drawing_and_data(self, results, name):
        for stem in stems_of(results, name):
            assert stem.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
            assert b"<svg" in stem.with_suffix(".svg").read_bytes()
            plotted = pd.read_parquet(stem.with_suffix(".parquet"))
            assert len(plotted) == len(pd.read_csv(stem.with_suffix(".csv"))) > 0

    def test_no_figure_is_unknown_here(self, results):
        stems = {path.stem for path in (results / "figures").glob("*.png")}
        expected = {stem.name for name in FIGURES for stem in stems_of(results, name)}
        assert stems == {*expected, *WHOLE_SCHOOL_FIGURES}

    def test_every_job_left_a_log_and_its_timings(self, tiny_run):
        done = re.findall(
            r"^(?:local)?rule (\w+):\n(?:    .*\n)*?    log: (\S+)\n(?:    .*\n)*?    benchmark: (\S+)\n",
            (tiny_run / "screen.txt").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        assert len(done) > 35
        for rule, log, timings in done:
            folder = "validate_file" if rule.startswith("validate_file_") else rule
            assert log.startswith(f"logs/{folder}/") and timings.startswith(f"logs/{folder}/")
            assert (tiny_run / log).is_file()
            assert (tiny_run / timings).stat().st_size > 0

    def test_no_log_shows_a_student_or_a_score(self, tiny_run):
        assert_shows_no_student(tiny_run, texts_of_run(tiny_run))


def stems_of(results: Path, name: str) -> list[Path]:
    """The files of a figure without their suffix: one for each domain, or that of whole schools."""
    parts = [name] if name in WHOLE_SCHOOL_FIGURES else [f"{name}_{domain}" for domain in DOMAINS]
    return [results / "figures" / part for part in parts]


def texts_of_run(folder: Path) -> list[str]:
    paths = [
        *(folder / "logs").rglob("*"),
        *(folder / ".snakemake" / "log").rglob("*"),
        folder / "screen.txt",
    ]
    return [path.read_text(encoding="utf-8") for path in paths if path.is_file()]


def assert_shows_no_student(folder: Path, texts: list[str]) -> None:
    """No identifier of a student and no score of the input files is a word of the texts."""
    students, scores = set(), set()
    for path in sorted((folder / "results" / "synthetic").glob("assessments_*.csv")):
        with path.open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                students.add(row["student"])
                scores.add(row.get("score", ""))
    # Whole numbers such as 0 are everywhere; every score proper has a decimal.
    scores = {score for score in scores if re.fullmatch(r"\d{2,}\.\d+", score)}
    assert len(students) > 1000 and len(scores) > 1000
    for text in texts:
        # Snakemake gives timings in the .jsonl files with at most five decimals; scores have one.
        words = set(re.findall(r"\w+", text)) | set(re.findall(r"\d+\.\d+", text))
        shown = (words & students) | {word for word in words & scores if f'": {word}' not in text}
        assert not shown, f"{len(shown)} identifiers or scores are shown"


class TestWhatIsMadeAgain:
    def test_a_finished_run_has_nothing_to_do(self, tiny_run, copied_run):
        found = run_snakemake(tiny_run, "--cores", "2", "--dry-run")
        assert "Nothing to be done" in found.stdout + found.stderr
        # The same holds for the state as files: where records come from is no part of a cohort job. Only the
        # report says that data are invented, and the manifest what was configured.
        assert {rule for rule, _ in planned_jobs(copied_run)} == {"publish_report", "write_manifest", "all"}

    def test_a_corrected_file_touches_its_own_cohorts_only(self, copied_run):
        path = copied_run / "results" / "synthetic" / "assessments_2018.csv"
        lines = path.read_bytes().split(b"\n")
        lines[7] = lines[7].replace(b",reading,", b",numeracy,")
        assert lines[7] not in path.read_bytes().split(b"\n")
        path.write_bytes(b"\n".join(lines))
        jobs = planned_jobs(copied_run)
        assert [rule for rule, _ in jobs if rule.startswith("validate_file_")] == [
            "validate_file_assessments_assessments_2018"
        ]
        # 2018 is the outcome year of one cohort and the prior year of another.
        touched = {(domain, year) for domain in DOMAINS for year in (2018, 2020)}
        for rule in COHORT_JOBS:
            assert cohorts_among(jobs, rule) == touched

    def test_another_outcome_year_leaves_the_other_cohorts_alone(self, copied_run):
        config = files_config()
        config["study"]["outcome_years"] = [*config["study"]["outcome_years"], 2022]
        write_config(copied_run, config)
        jobs = planned_jobs(copied_run)
        for rule in COHORT_JOBS:
            assert cohorts_among(jobs, rule) == {(domain, 2022) for domain in DOMAINS}
        assert not [rule for rule, _ in jobs if rule.startswith("validate_file_")]

    @pytest.mark.parametrize("cores", ["1", "4"])
    def test_more_or_fewer_cores_give_the_same_bytes(self, tiny_run, copied_run, cores):
        """A chain from an input file to figures, made again on one core and on four beside the run on two."""
        again = [
            "results/validation/ledger.parquet",
            "results/validation/quarantine.parquet",
            "results/effects/year_correlations.parquet",
            "results/figures/caterpillar_reading.png",
            "results/figures/relative_against_benchmark_numeracy.png",
        ]
        for domain in DOMAINS:
            (copied_run / "results" / "cohorts" / domain / "2020.parquet").unlink()
        forced = ["--forcerun", "validate_file_assessments_assessments_2020"]
        found = run_snakemake(copied_run, "--cores", cores, *again, *forced)
        assert found.returncode == 0, found.stdout + found.stderr
        made = 0
        for path in sorted((copied_run / "results").rglob("*")):
            if path.suffix in (".parquet", ".png", ".svg", ".csv"):
                first = tiny_run / path.relative_to(copied_run)
                assert path.read_bytes() == first.read_bytes(), f"{path.name} differs"
                made += path.stat().st_mtime_ns != first.stat().st_mtime_ns
        assert made >= 25, "hardly anything was made again"


class TestRefusals:
    def test_a_mistyped_key_stops_before_any_job(self, tmp_path):
        config = tiny_config()
        config["effects"]["confidance"] = 0.9
        config["mixed"]["method"] = "MLE"
        write_config(tmp_path, config)
        found = run_snakemake(tmp_path, "--cores", "2")
        said = found.stdout + found.stderr
        assert found.returncode != 0
        assert "effects.confidance: unknown key" in said
        assert "mixed.method" in said and "'MLE'" in said, "all faults are listed at once"
        assert not (tmp_path / "results").exists() and not (tmp_path / "logs").exists()

    def test_a_missing_file_is_refused_by_name(self, tmp_path):
        write_config(tmp_path, files_config())
        found = run_snakemake(tmp_path, "--cores", "2")
        said = found.stdout + found.stderr
        assert found.returncode != 0
        assert "results/synthetic/students.csv (input.students.files)" in said
        assert all(f"assessments_{year}.csv" in said for year in TESTED_YEARS)
        assert not (tmp_path / "results").exists()

    def test_a_missing_column_is_refused_by_name_and_shows_no_student(self, tiny_run, tmp_path):
        shutil.copytree(tiny_run / "results" / "synthetic", tmp_path / "results" / "synthetic")
        path = tmp_path / "results" / "synthetic" / "assessments_2018.csv"
        path.write_bytes(path.read_bytes().replace(b"participation", b"taking_part", 1))
        write_config(tmp_path, files_config())
        target = "results/validation/assessments/assessments_2018/ledger.parquet"
        found = run_snakemake(tmp_path, "--cores", "2", target)
        assert found.returncode != 0
        log = (tmp_path / "logs" / "validate_file" / "assessments-assessments_2018.log").read_text("utf-8")
        assert "assessments_2018.csv" in log and "participation" in log
        assert "Traceback" not in log
        (tmp_path / "screen.txt").write_text(found.stdout + found.stderr, encoding="utf-8")
        assert "participation" in found.stdout + found.stderr
        assert_shows_no_student(tmp_path, texts_of_run(tmp_path))
        assert not (tmp_path / target).exists()
