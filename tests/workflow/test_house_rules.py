"""The house keeps its layers: who opens files, who knows Snakemake, which rule has which script.

Each check is a function from a tree of files to a list of faults. It is run on this repository, where it must
find nothing, and on a small bad tree, where it must find the fault; a check that cannot fail guards nothing.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from valueadded.config.whole import Config

ROOT = Path(__file__).parents[2]
PACKAGE = "src/valueadded"

OPENS_FILES = {
    "table_io.py": "Parquet and CSV through a contract",
    "validation/prescan.py": "input files as they come",
    "validation/student_key.py": "the key of student identifiers",
    "validation/delimited.py": "parses the bytes of a text file that prescan has read",
    "figures/style.py": "pictures",
    "publish/": "release tables",
    "audit/": "digests, logs and manifests",
    "cli.py": "templates for a new study",
    "questions.py": "the configuration of the study that is asked about",
    "check_data/command.py": "the configuration of a study, and the page of findings",
    "exchange/bundle.py": "folders of moments for other agencies",
    "ownership.py": "the claim of a run on its study",
    "run/": "the claim, and what a killed run left",
    "intake_adjusted/shipped.py": "registries that come with the package",
}
IMPORTS_ARROW = {"table_io.py", "validation/prescan.py", "validation/delimited.py", "validation/values.py"}
# An auditor reads a release as it lies there, whatever the contracts of this version say.
IMPORTS_ARROW |= {"audit/tables.py"}
FILE_FUNCTIONS = {
    "open",
    "fdopen",
    "read_bytes",
    "read_text",
    "write_bytes",
    "write_text",
    "savefig",
    "imsave",
    "loadtxt",
    "savetxt",
    "genfromtxt",
    "fromfile",
    "tofile",
    "savez",
}
# The functions of pandas, pyarrow and pyreadstat; what our own table_io offers is called by scripts only.
READS_OR_WRITES = re.compile(
    r"(read|to|write)_(csv|parquet|excel|stata|spss|sas\w*|sav|xport|dta|json|feather|orc|pickle|hdf|sql|xml|table)"
)
FILE_MODULES = {
    "gzip",
    "io",
    "os",
    "pickle",
    "shelve",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
}
FILE_MODULES |= {"urllib", "zipfile"}

# What a stage may import besides itself. The order is that of the pipeline; nobody imports from the right.
MAY_IMPORT = {
    "errors": set(),
    "contracts": set(),
    "checksum": set(),
    "ownership": {"errors"},
    "table_io": {"checksum", "contracts", "ownership", "errors"},
    "audit": {"checksum", "errors"},
    "config": {"errors"},
    "numerics": {"errors"},
    "synthetic": {"numerics", "config", "contracts", "errors"},
    "validation": {"config", "contracts", "errors"},
    "cohorts": {"validation", "config", "contracts", "errors"},
    "intake": {"cohorts", "validation", "config", "contracts", "errors"},
    "mixed": {"numerics", "errors"},
    "benchmark": {"mixed", "numerics", "errors"},
    "location_scale": {"mixed", "numerics", "errors"},
    "intake_adjusted": {"mixed", "numerics", "errors"},
    "layered": {"mixed", "numerics", "errors"},
    "effects": {"benchmark", "mixed", "numerics", "contracts", "errors"},
    # It judges the models by their public functions; nothing imports it.
    "validate_benchmark": {"effects", "benchmark", "mixed", "numerics", "contracts", "errors"},
    # Another judge by public functions.
    "recovery_layered": {"layered", "synthetic", "config", "contracts", "errors"},
    "figures": {"effects", "intake_adjusted", "contracts", "ownership", "errors"},
    "run": {"ownership", "errors"},
    "publish": {"contracts", "errors"},
    "exchange": {"audit", "mixed", "table_io", "contracts", "errors"},
    "check_data": {"cohorts", "layered", "validation", "table_io", "config", "contracts", "errors"},
    "questions": {"config", "contracts", "effects", "errors", "location_scale", "table_io"},
    "cli": {
        "audit",
        "check_data",
        "cohorts",
        "contracts",
        "errors",
        "exchange",
        "layered",
        "questions",
        "run",
        "table_io",
        "validation",
    },
}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
EVERY_RULE_HAS = ("log", "benchmark", "conda", "threads", "resources", "params", "script")


@dataclass(frozen=True)
class Rule:
    """A rule of a Snakemake file: its name, if it has one, and the text below each of its keywords."""

    file: str
    name: str
    keywords: dict[str, str]

    @property
    def script(self) -> str:
        return Path(self.keywords.get("script", "").strip().strip('"')).stem


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package: its path within it, and its syntax tree."""
    for path in sorted((root / PACKAGE).rglob("*.py")):
        yield path.relative_to(root / PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ("." * node.level) + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module)


def rules_of(root: Path) -> list[Rule]:
    """Every rule in the Snakefile and in workflow/rules."""
    found = []
    for path in [root / "Snakefile", *sorted((root / "workflow" / "rules").glob("*.smk"))]:
        lines = path.read_text(encoding="utf-8").splitlines()
        for start, line in enumerate(lines):
            head = re.match(r"( *)rule\s*(\w*):", line)
            if head is None:
                continue
            depth = len(head[1])
            keywords: dict[str, str] = {}
            keyword = ""
            for below in lines[start + 1 :]:
                indent = len(below) - len(below.lstrip())
                if below.strip() and indent <= depth:
                    break
                opened = re.match(rf" {{{depth + 4}}}(\w+):(.*)", below)
                if opened:
                    keyword = opened[1]
                    keywords[keyword] = opened[2]
                elif keyword:
                    keywords[keyword] += "\n" + below
            found.append(Rule(path.name, head[2], keywords))
    return found


def faults_in_files_opened(root: Path) -> list[str]:
    faults = []
    for name, tree in modules(root):
        if any(
            name == allowed or (allowed.endswith("/") and name.startswith(allowed)) for allowed in OPENS_FILES
        ):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called in FILE_FUNCTIONS or READS_OR_WRITES.fullmatch(called):
                    faults.append(f"{name}:{node.lineno} calls {called}()")
        faults += [
            f"{name} imports {module}"
            for module in imported_names(tree)
            if module.split(".")[0] in FILE_MODULES
        ]
    return faults


def faults_in_arrow(root: Path) -> list[str]:
    return [
        f"{name} imports pyarrow"
        for name, tree in modules(root)
        if name not in IMPORTS_ARROW
        and "pyarrow" in {module.split(".")[0] for module in imported_names(tree)}
    ]


def faults_in_snakemake(root: Path) -> list[str]:
    """The library does not import Snakemake; a script names it in its last block only."""
    faults = [
        f"{name} imports snakemake"
        for name, tree in modules(root)
        if "snakemake" in {module.split(".")[0] for module in imported_names(tree)}
    ]
    for path in sorted((root / "scripts").glob("*.py")):
        before, block, _ = path.read_text(encoding="utf-8").partition('\nif __name__ == "__main__":\n')
        if not block:
            faults.append(f"{path.name} has no last block")
        if "snakemake" in before.lower():
            faults.append(f"{path.name} names snakemake before its last block")
    return faults


def faults_in_imports(root: Path) -> list[str]:
    faults = []
    for name, tree in modules(root):
        stage = name.split("/")[0].removesuffix(".py")
        imported = list(imported_names(tree))
        if stage == "__init__":
            faults += [f"{name} imports {module}; the map imports nothing" for module in imported]
            continue
        if stage not in MAY_IMPORT:
            faults.append(f"{stage} is a stage without a place in the order of imports")
            continue
        for module in imported:
            parts = module.split(".")
            if not parts[0]:
                faults.append(f"{name} imports relative to itself")
            elif parts[0] == "valueadded":
                other = parts[1] if len(parts) > 1 else "the whole package"
                if other not in {stage, *MAY_IMPORT[stage]}:
                    faults.append(f"{name} imports {other}, which is not to its left")
    return sorted(set(faults))


def faults_in_sizes(root: Path) -> list[str]:
    """Short enough to read at one sitting."""
    limits = {
        f"{PACKAGE}/**/*.py": 250,
        "scripts/*.py": 40,
        "workflow/rules/*.smk": 200,
        "Snakefile": 60,
    }
    faults = []
    for pattern, limit in limits.items():
        for path in sorted(root.glob(pattern)):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > limit:
                faults.append(f"{path.relative_to(root)} has {lines} lines; expected at most {limit}")
    return faults


def faults_in_names(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)} has a name that says nothing"
        for path in sorted((root / PACKAGE).rglob("*"))
        if path.stem in VAGUE
    ]


def faults_in_pairs(root: Path) -> list[str]:
    """Every rule but `all` has the script of its own name, and every script its rule."""
    rules = [rule for rule in rules_of(root) if rule.name != "all"]
    faults = [
        f"rule {rule.name} runs {rule.script}.py"
        for rule in rules
        if rule.name and rule.script and rule.name != rule.script
    ]
    run = [rule.script for rule in rules if rule.script]
    scripts = {path.stem for path in (root / "scripts").glob("*.py")}
    faults += [f"script {name}.py has no rule" for name in sorted(scripts - set(run))]
    faults += [f"script {name}.py does not exist" for name in sorted(set(run) - scripts)]
    faults += [f"script {name}.py has two rules" for name in sorted(set(run)) if run.count(name) > 1]
    return faults


def faults_in_rules(root: Path) -> list[str]:
    faults = []
    for rule in rules_of(root):
        if rule.name == "all":
            continue
        label = f"{rule.file}: rule {rule.name or rule.script}"
        faults += [f"{label} lacks {keyword}" for keyword in EVERY_RULE_HAS if keyword not in rule.keywords]
        faults += [
            f"{label} has {keyword}" for keyword in ("run", "message", "shell") if keyword in rule.keywords
        ]
        if rule.keywords.get("threads", "").strip() not in ("", "1"):
            faults.append(f"{label} asks for several threads, and sums then depend on --cores")
        if f'code=code("{rule.script}")' not in rule.keywords.get("params", ""):
            faults.append(f"{label} has no digest of its own script in params")
        if "mem_mb" not in rule.keywords.get("resources", ""):
            faults.append(f"{label} does not say how much memory it needs")
        for keyword in ("log", "benchmark"):
            if f'"logs/{rule.script}/' not in rule.keywords.get(keyword, ""):
                faults.append(f"{label} keeps its {keyword} outside logs/{rule.script}/")
    for path in [root / "Snakefile", *sorted((root / "workflow" / "rules").glob("*.smk"))]:
        text = path.read_text(encoding="utf-8")
        faults += [
            f"{path.name} has {word.strip()}"
            for word in ("lambda", "import pandas", "import numpy")
            if re.search(rf"\b{word}\b", text)
        ]
    return faults


def faults_in_captions(root: Path) -> list[str]:
    """Every picture, and what is published, has a caption of its own in the report; every caption is used."""
    captions = {path.stem for path in (root / "workflow" / "report").glob("*.rst")}
    # The page that opens the report belongs to all of them.
    used = re.findall(
        r'^report: "workflow/report/(\w+)\.rst"', (root / "Snakefile").read_text("utf-8"), re.MULTILINE
    )
    faults = []
    for rule in rules_of(root):
        output = rule.keywords.get("output", "")
        if "report(" in output or ".png" in output:
            named = re.findall(r'caption="\.\./report/(\w+)\.rst"', output)
            used += named
            if named != [rule.name.removeprefix("draw_")]:
                faults.append(f"rule {rule.name} has a picture without its caption")
    faults += [f"caption {name}.rst does not exist" for name in sorted(set(used) - captions)]
    faults += [f"caption {name}.rst belongs to no picture" for name in sorted(captions - set(used))]
    return faults


def faults_in_rooms(root: Path) -> list[str]:
    """Every stage of the library has its folder of tests."""
    stages = [path.parent.name for path in sorted((root / PACKAGE).glob("*/__init__.py"))]
    return [
        f"src/valueadded/{stage} has no tests/{stage}"
        for stage in stages
        if not list((root / "tests" / stage).glob("test_*.py"))
    ]


def config_keys(model: type[BaseModel]) -> set[str]:
    """The name of every key of a model and of the models in it."""
    names = set()
    for name, field in model.model_fields.items():
        names.add(name)
        waiting: list[Any] = [field.annotation]
        while waiting:
            part = waiting.pop()
            if isinstance(part, type) and issubclass(part, BaseModel):
                names |= config_keys(part)
            waiting.extend(get_args(part))
    return names


def names_used(root: Path) -> set[str]:
    """Every attribute and text that code reads, leaving out where keys are declared and validated."""
    used = set()
    for name, tree in modules(root):
        validators = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and name.startswith("config/")
            if node.name.startswith("_")
            for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            if id(node) in validators:
                continue
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.MatchClass):
                used.update(node.kwd_attrs)
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and not name.startswith("config/")
            ):
                used.add(node.value)
    outside = [
        *(root / "scripts").glob("*.py"),
        *(root / "workflow" / "rules").glob("*.smk"),
        root / "Snakefile",
    ]
    for path in outside:
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"\.(\w+)", text)) | set(re.findall(r'"(\w+)"', text))
    return used


def faults_in_config(root: Path, model: type[BaseModel] = Config) -> list[str]:
    keys, used = config_keys(model), names_used(root)
    schema = yaml.safe_load(
        (root / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8")
    )
    parts = [schema, *schema.get("$defs", {}).values()]
    described = {name for part in parts for name in part.get("properties", {})}
    return [f"config key {name} is read nowhere" for name in sorted(keys - used)] + [
        f"config key {name} is not in the schema" for name in sorted(keys - described)
    ]


CHECKS: list[Callable[[Path], list[str]]] = [
    faults_in_files_opened,
    faults_in_arrow,
    faults_in_snakemake,
    faults_in_imports,
    faults_in_sizes,
    faults_in_names,
    faults_in_pairs,
    faults_in_rules,
    faults_in_captions,
    faults_in_rooms,
    faults_in_config,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_keeps(check):
    assert check(ROOT) == []


def test_the_rules_are_found():
    """Guards the parser of Snakemake files: were it to find nothing, nothing could be wrong."""
    rules = rules_of(ROOT)
    names = {rule.name or rule.script for rule in rules}
    assert {"all", "generate_state", "validate_file", "match_cohort", "fit_benchmark"} <= names
    declared = sum(
        len(re.findall(r"^ *rule\b.*:", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in [ROOT / "Snakefile", *(ROOT / "workflow" / "rules").glob("*.smk")]
    )
    assert len(rules) == declared == len(list((ROOT / "scripts").glob("*.py"))) + 1


GOOD_RULE = """
rule draw_line:
    output:
        png=report("line.png", caption="../report/line.rst"),
    log:
        "logs/draw_line/all.log",
    benchmark:
        "logs/draw_line/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=100,
    params:
        code=code("draw_line"),
    script:
        "../../scripts/draw_line.py"
"""
GOOD_SCRIPT = 'def main() -> None: ...\n\n\nif __name__ == "__main__":\n    print(snakemake.log[0])\n'
GOOD_TREE = {
    "Snakefile": "rule all:\n    input: []\n",
    "scripts/draw_line.py": GOOD_SCRIPT,
    "tests/mixed/test_fit.py": "",
    f"{PACKAGE}/__init__.py": '"""The map."""\n',
    f"{PACKAGE}/mixed/__init__.py": "",
    f"{PACKAGE}/mixed/fit.py": "from valueadded.numerics import search\n\nprint(settings.method)\n",
    "workflow/report/line.rst": "",
    "workflow/rules/figures.smk": GOOD_RULE,
    "workflow/schemas/config.schema.yaml": "properties: {method: {}, slope: {}}\n",
}


class Small(BaseModel):
    """A configuration of one key, which the good tree uses."""

    method: str


class TooLarge(Small):
    """A key that the schema has and nothing reads, and one that neither knows."""

    slope: str
    forgotten: str


def build_tree(folder: Path, **changes: str) -> Path:
    for name, text in (GOOD_TREE | changes).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("check", CHECKS[:-1], ids=lambda check: check.__name__)
def test_a_good_tree_has_no_fault(check, tmp_path):
    assert check(build_tree(tmp_path)) == []


BAD_TREES = [
    (faults_in_files_opened, f"{PACKAGE}/mixed/fit.py", "open('x')\n", "calls open()"),
    (faults_in_files_opened, f"{PACKAGE}/mixed/fit.py", "path.read_text()\n", "calls read_text()"),
    (faults_in_files_opened, f"{PACKAGE}/mixed/fit.py", "pd.read_csv('x')\n", "calls read_csv()"),
    (faults_in_files_opened, f"{PACKAGE}/mixed/fit.py", "frame.to_parquet('x')\n", "calls to_parquet()"),
    (faults_in_files_opened, f"{PACKAGE}/config/schema.py", "Path('x').open()\n", "calls open()"),
    (faults_in_files_opened, f"{PACKAGE}/validation/values.py", "import gzip\n", "imports gzip"),
    (faults_in_arrow, f"{PACKAGE}/mixed/fit.py", "import pyarrow.parquet as pq\n", "imports pyarrow"),
    (faults_in_snakemake, f"{PACKAGE}/mixed/fit.py", "from snakemake.script import x\n", "imports snakemake"),
    (faults_in_snakemake, "scripts/draw_line.py", "print(snakemake.input)\n", "no last block"),
    (faults_in_snakemake, "scripts/draw_line.py", f"x = snakemake\n{GOOD_SCRIPT}", "before its last block"),
    (faults_in_imports, f"{PACKAGE}/mixed/fit.py", "from valueadded.effects import x\n", "not to its left"),
    (faults_in_imports, f"{PACKAGE}/numerics/a.py", "import valueadded.mixed\n", "not to its left"),
    (faults_in_imports, f"{PACKAGE}/numerics/a.py", "from valueadded import mixed\n", "not to its left"),
    (faults_in_imports, f"{PACKAGE}/contracts/a.py", "from valueadded.cohorts import x\n", "not to its left"),
    (faults_in_imports, f"{PACKAGE}/config/a.py", "from valueadded.intake import x\n", "not to its left"),
    (faults_in_imports, f"{PACKAGE}/synthetic/a.py", "import valueadded.benchmark\n", "not to its left"),
    (faults_in_imports, f"{PACKAGE}/mixed/fit.py", "from .moments import x\n", "relative"),
    (faults_in_imports, f"{PACKAGE}/__init__.py", "import valueadded.mixed\n", "imports nothing"),
    (faults_in_imports, f"{PACKAGE}/attic/a.py", "x = 1\n", "without a place"),
    (faults_in_sizes, f"{PACKAGE}/mixed/fit.py", "x = 1\n" * 251, "251 lines"),
    (faults_in_sizes, "scripts/draw_line.py", "x = 1\n" * 41, "41 lines"),
    (faults_in_sizes, "workflow/rules/figures.smk", "# x\n" * 201, "201 lines"),
    (faults_in_sizes, "Snakefile", "# x\n" * 61, "61 lines"),
    (faults_in_names, f"{PACKAGE}/mixed/helpers.py", "", "says nothing"),
    (faults_in_pairs, "scripts/draw_circle.py", GOOD_SCRIPT, "draw_circle.py has no rule"),
    (faults_in_pairs, "workflow/rules/a.smk", GOOD_RULE, "two rules"),
    (faults_in_pairs, "workflow/rules/a.smk", GOOD_RULE.replace("line.py", "arc.py"), "runs draw_arc.py"),
    (faults_in_pairs, "workflow/rules/a.smk", GOOD_RULE.replace("line", "arc"), "arc.py does not exist"),
    *(
        (
            faults_in_rules,
            "workflow/rules/figures.smk",
            GOOD_RULE.replace(f"    {word}:", "    x:"),
            f"lacks {word}",
        )
        for word in EVERY_RULE_HAS
    ),
    (faults_in_rules, "workflow/rules/figures.smk", GOOD_RULE + "    run:\n        1\n", "has run"),
    (faults_in_rules, "workflow/rules/figures.smk", GOOD_RULE.replace("threads: 1", "threads: 2"), "threads"),
    (
        faults_in_rules,
        "workflow/rules/figures.smk",
        GOOD_RULE.replace('code("draw_line"', 'code("x"'),
        "digest",
    ),
    (faults_in_rules, "workflow/rules/figures.smk", GOOD_RULE.replace("mem_mb", "disk_mb"), "memory"),
    (
        faults_in_rules,
        "workflow/rules/figures.smk",
        GOOD_RULE.replace("logs/draw_line/all.log", "x"),
        "its log",
    ),
    (faults_in_rules, "workflow/rules/a.smk", "x = lambda wildcards: 1\n", "has lambda"),
    (faults_in_captions, "workflow/report/arc.rst", "", "arc.rst belongs to no picture"),
    (faults_in_captions, "workflow/rules/a.smk", GOOD_RULE.replace("line", "arc"), "arc.rst does not exist"),
    (faults_in_captions, "workflow/rules/a.smk", GOOD_RULE.replace("caption", "x"), "without its caption"),
    (faults_in_rooms, f"{PACKAGE}/layered/__init__.py", "", "no tests/layered"),
]


@pytest.mark.parametrize(("check", "name", "text", "fault"), BAD_TREES)
def test_a_check_finds_its_fault(check, name, text, fault, tmp_path):
    found = check(build_tree(tmp_path, **{name: text}))
    assert any(fault in line for line in found), found


def test_a_config_key_that_nothing_reads_is_found(tmp_path):
    tree = build_tree(tmp_path)
    assert faults_in_config(tree, Small) == []
    assert faults_in_config(tree, TooLarge) == [
        "config key forgotten is read nowhere",
        "config key slope is read nowhere",
        "config key forgotten is not in the schema",
    ]
