"""A digest changes with the code behind a script and with nothing else."""

from pathlib import Path

import pytest

from valueadded.audit import digest
from valueadded.audit.digest import digest_script, imported_modules, module_file, upstream_modules

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def edit(monkeypatch, tmp_path):
    """A function that stands an edited copy in the place of one module."""

    def stand_in(module: str) -> None:
        edited = tmp_path / "edited.py"
        edited.write_bytes(module_file(module).read_bytes() + b"\n# edited\n")
        original = digest.module_file
        monkeypatch.setattr(digest, "module_file", lambda name: edited if name == module else original(name))
        digest.module_content.cache_clear()

    yield stand_in
    digest.module_content.cache_clear()


def test_the_same_code_gives_the_same_digest():
    assert digest_script(SCRIPTS / "match_cohort.py") == digest_script(SCRIPTS / "match_cohort.py")


@pytest.mark.parametrize(
    ("script", "module"),
    [
        ("match_cohort", "valueadded.cohorts.matching"),  # through the package that the script names
        ("fit_mixed", "valueadded.numerics.search"),  # several imports away
        ("fit_mixed", "valueadded.numerics"),  # the package around an imported module
        ("draw_caterpillar", "valueadded.figures.style"),  # named by the script itself
        ("measure_intake", "valueadded.mixed.design"),  # the moments of a cohort depend on its design
        ("generate_state", "valueadded.audit.log"),  # imported in the last block only
    ],
)
def test_an_edited_module_behind_a_script_changes_its_digest(script, module, edit):
    before = digest_script(SCRIPTS / f"{script}.py")
    edit(module)
    assert digest_script(SCRIPTS / f"{script}.py") != before


@pytest.mark.parametrize(
    ("script", "module"),
    [
        ("match_cohort", "valueadded.figures.style"),
        ("match_cohort", "valueadded.mixed.criterion"),
        ("draw_caterpillar", "valueadded.benchmark.drift"),
        ("fit_mixed", "valueadded.validation.prescan"),
        ("generate_state", "valueadded.mixed.fit"),
    ],
)
def test_an_edited_module_elsewhere_does_not(script, module, edit):
    before = digest_script(SCRIPTS / f"{script}.py")
    edit(module)
    assert digest_script(SCRIPTS / f"{script}.py") == before


def test_another_version_of_a_numerical_library_changes_the_digest(monkeypatch):
    before = digest_script(SCRIPTS / "match_cohort.py")
    original = digest.version
    monkeypatch.setattr(digest, "version", lambda name: "0" if name == "numpy" else original(name))
    digest.library_versions.cache_clear()
    assert digest_script(SCRIPTS / "match_cohort.py") != before
    digest.library_versions.cache_clear()


def test_every_form_of_import_is_seen(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import valueadded.numerics.search\n"
        "import numpy\n"
        "from valueadded.contracts import benchmark as contracts\n"
        "from valueadded.mixed import fit_random_intercept\n"
        "def main():\n    from valueadded.errors import FitError\n",
        encoding="utf-8",
    )
    assert imported_modules(script) == {
        "valueadded.numerics.search",
        "valueadded.contracts",
        "valueadded.contracts.benchmark",
        "valueadded.mixed",
        "valueadded.errors",
    }


def test_upstream_modules_have_files_and_name_their_packages():
    found = upstream_modules("valueadded.mixed.random_slope")
    assert {"valueadded", "valueadded.mixed", "valueadded.mixed.random_slope", "valueadded.numerics"} <= found
    assert all(module_file(module).is_file() for module in found)
