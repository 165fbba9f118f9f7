"""The documentation against the code: its snippets run, its links and names lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/assumptions.md",
    "docs/cluster.md",
    "docs/coverage.md",
    "docs/does-benchmarking-work.md",
    "docs/layered-recovery.md",
    "docs/location-scale-power.md",
    "docs/notation.md",
    "examples/README.md",
    "results/README.md",
]
# Ids of the capabilities this version is to have.
CAPABILITIES = [
    *(f"B{number}" for number in range(1, 18)),
    *(f"K{number}" for number in range(1, 11)),
    *(f"L{number}" for number in range(1, 19)),
    *(f"M{number}" for number in range(1, 18)),
    *(f"V{number}" for number in range(1, 25)),
    "N1",
    "N2",
    "N3",
    "N5",
    "N6",
    "N7",
    "N8",
    "N10",
    "N11",
    "N12",
]


def code_blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def table_rows(text: str, header: str) -> list[list[str]]:
    """Return the cells of the table whose header line begins with `header`."""
    lines = text[text.index(header) :].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_readme_snippets_run() -> None:
    names: dict[str, Any] = {}
    for block in code_blocks(README, "python"):
        exec(block, names)
    rows = table_rows(README, "| | lme4 |")
    assert len(rows) == 16
    values: dict[str, list[Any]] = {}
    for title, *_, here in rows:
        if here.startswith("not in this version"):
            continue
        snippets = re.findall(r"`([^`]+)`", here)
        assert snippets, f"README, '{title}': no code in the right-hand column"
        for snippet in snippets:
            if re.match(r"\w+ = ", snippet):
                exec(snippet, names)
            else:
                values.setdefault(title, []).append(eval(snippet, names))
    # The planted drift is -10; its standard error is 1.4, and three of them are allowed.
    assert values["with a drift of its own"][0] == pytest.approx(-10, abs=4.2)
    # What the text beside the snippets says.
    assert round(names["o"].school_variance) == 219
    assert round(names["d"].school_variance) == 138
    assert isinstance(values["school effects"][0], pd.DataFrame)
    lasting = values["one year's true effects given another's"][0]
    # Planted: .9^2 144 = 117 of a variance of 142 lasts.
    assert lasting.lower < 0.82 < lasting.upper
    plain = values["correlation of years"][0].item()
    assert 0 < plain < values["without the attenuation"][0].item()


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (ROOT / page).parent.joinpath(target).exists()] == []


def test_readme_picture_is_small_enough_for_a_repository() -> None:
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert (ROOT / picture).stat().st_size <= 150_000


def test_readme_names_only_tables_the_workflow_writes() -> None:
    rules = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "workflow" / "rules").glob("*.smk")
    )
    named = re.findall(r"`([a-z_/]+\.parquet)`", "\n".join(row[0] for row in _result_rows()))
    assert named
    # Tables that every family of models has come from one template.
    written = set(re.findall(r'results/([^"]+\.parquet)"', rules))
    assert [name for name in named if name not in written] == []


def _result_rows() -> list[list[str]]:
    return table_rows(README, "| table in `results/` |")


@pytest.mark.workflow
def test_readme_rule_graph_is_that_of_the_workflow(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes((ROOT / "config.yaml").read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--directory", str(tmp_path), "--rulegraph", "mermaid-js"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    (shown,) = code_blocks(README, "mermaid")
    assert shown == f"flowchart TD\n{reduce_graph(done.stdout)}"


def reduce_graph(mermaid: str) -> str:
    """Return the edges between rules: one node for all validation jobs, without `all` and the manifest.

    Both come after everything else.
    """
    titles = dict(re.findall(r"^\s*(id\d+)\[(\w+)\]$", mermaid, flags=re.MULTILINE))
    names = {node: re.sub(r"^validate_file_.*", "validate_file", title) for node, title in titles.items()}
    edges = re.findall(r"^\s*(id\d+) --> (id\d+)$", mermaid, flags=re.MULTILINE)
    drawn = {
        (names[start], names[end]) for start, end in edges if names[end] not in {"all", "write_manifest"}
    }
    return "".join(f"    {start} --> {end}\n" for start, end in sorted(drawn))


def test_every_capability_has_a_row() -> None:
    text = (DOCS / "coverage.md").read_text(encoding="utf-8")
    ids = [row[0] for row in table_rows(text, "| id | capability |")]
    assert ids == CAPABILITIES


def test_files_and_tests_behind_capabilities_exist() -> None:
    rows = table_rows((DOCS / "coverage.md").read_text(encoding="utf-8"), "| id | capability |")
    for name, _, files, tests in rows:
        paths = re.findall(r"`([\w/]+\.\w+)`", files)
        assert paths, f"coverage.md, {name}: no file"
        for path in paths:
            assert (ROOT / path).is_file() or (ROOT / "src" / "valueadded" / path).is_file(), (name, path)
        cited = re.findall(r"`([\w/]+\.py)::(\w+)`", tests)
        assert cited, f"coverage.md, {name}: no test"
        for path, function in cited:
            source = (ROOT / "tests" / path).read_text(encoding="utf-8")
            assert re.search(rf"^\s*def {function}\(", source, flags=re.MULTILINE), (name, path, function)


def test_symbols_are_where_the_notation_says() -> None:
    text = (DOCS / "notation.md").read_text(encoding="utf-8")
    rows = [
        row
        for section in text.split("\n## ")[1:]
        if "| symbol |" in section
        for row in table_rows(section, "| symbol |")
    ]
    assert len(rows) > 30
    for symbol, _, names, files in rows:
        paths = re.findall(r"`([\w/]+\.py)`", files)
        assert paths, f"notation.md, {symbol}: no file"
        sources = [(ROOT / "src" / "valueadded" / path).read_text(encoding="utf-8") for path in paths]
        for name in re.findall(r"`(\w+)`", names):
            lacking = [
                path
                for path, source in zip(paths, sources, strict=True)
                if not re.search(rf"\b{name}\b", source)
            ]
            assert lacking == [], f"notation.md, {symbol}: {name} is not in {lacking}"


def test_every_key_named_among_the_assumptions_exists() -> None:
    known = configuration_keys()
    text = (DOCS / "assumptions.md").read_text(encoding="utf-8")
    sections = {key.partition(".")[0] for key in known}
    named = [
        key for key in re.findall(r"`([a-z_]+(?:\.[a-z_*]+)+)`", text) if key.partition(".")[0] in sections
    ]
    assert named
    assert [key for key in named if key not in known and not _is_output(key)] == []


def _is_output(key: str) -> bool:
    return key.endswith((".parquet", ".py"))


def configuration_keys() -> set[str]:
    """Return the path of every key of the configuration, `*` standing for a name the user chooses."""
    schema = yaml.safe_load(
        (ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8")
    )
    definitions = schema["$defs"]

    def walk(part: Any, path: str) -> set[str]:
        if not isinstance(part, dict):
            return set()
        if "$ref" in part:
            return walk(definitions[part["$ref"].rpartition("/")[2]], path)
        found = {path} if path else set()
        for name, inner in part.get("properties", {}).items():
            found |= walk(inner, f"{path}.{name}" if path else name)
        found |= walk(part.get("additionalProperties"), f"{path}.*")
        for choice in (part.get("items"), *part.get("anyOf", []), *part.get("oneOf", [])):
            found |= walk(choice, path)
        return found

    return walk(schema, "")
