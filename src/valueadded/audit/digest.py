"""A digest of the code behind one script: its modules, and the versions of Python and the libraries used."""

import ast
import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

import grimp

PACKAGE = "valueadded"
SOURCE = Path(__file__).parents[1]
LIBRARIES = (
    "formulaic",
    "jinja2",
    "matplotlib",
    "numpy",
    "openpyxl",
    "pandas",
    "pandera",
    "pyarrow",
    "pydantic",
    "pyreadstat",
    "scipy",
    "statsmodels",
    "xlsxwriter",
)


def digest_script(script: Path) -> str:
    """Return a digest that changes whenever a module that `script` imports, directly or not, changes.

    Snakemake reruns a job when its script changes but not when a module the script imports does; rules
    carry this digest among their parameters so that they are rerun in that case too.
    """
    modules = {name for direct in imported_modules(script) for name in upstream_modules(direct)}
    content = hashlib.sha256()
    for module in sorted(modules):
        content.update(module.encode())
        content.update(module_content(module))
    content.update(library_versions())
    content.update(platform.python_version().encode())
    return content.hexdigest()[:16]


# Snakemake reads the rules at the start of every run and twice in each job on a cluster, and each of some
# sixty rules asks for the same modules and versions: what does not change meanwhile is looked up once.
@cache
def library_versions() -> bytes:
    """Return the versions of the libraries that results depend on, one after the other."""
    return "".join(f"{library}={version(library)}" for library in LIBRARIES).encode()


@cache
def module_content(module: str) -> bytes:
    """Return the source of a module of this package."""
    return module_file(module).read_bytes()


def imported_modules(script: Path) -> set[str]:
    """Return the modules of this package named in the import statements of `script`."""
    names = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE}
    return {name for name in names if name in import_graph().modules}


@cache
def upstream_modules(module: str) -> set[str]:
    """Return `module`, everything it imports, and the packages they live in."""
    found = imports_of(module)
    parents = {name.rsplit(".", depth)[0] for name in found for depth in range(1, name.count(".") + 1)}
    reached = found | parents
    for parent in parents - found:
        reached |= imports_of(parent)
    return reached


@cache
def imports_of(module: str) -> set[str]:
    """Return `module` and everything it imports, directly or not."""
    return {module} | import_graph().find_upstream_modules(module)


@cache
def import_graph() -> grimp.ImportGraph:
    """Return the import graph of this package."""
    return grimp.build_graph(PACKAGE, cache_dir=None)


def module_file(module: str) -> Path:
    """Return the file of a module of this package."""
    path = SOURCE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
