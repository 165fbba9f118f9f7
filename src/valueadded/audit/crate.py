"""A release as a Workflow Run RO-Crate: files, workflow and manifest in one folder that says what is what."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from valueadded.audit.files import CODE, NAME
from valueadded.audit.verify import verify_folder
from valueadded.errors import AuditError

PUBLISHED = "results/published/"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
KINDS = {
    ".csv": "text/csv", ".html": "text/html", ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
CONFIDENTIAL = "Confidential: its digest is here, the file is not."
GENERATED = "Made by the workflow itself."


def write_crate(
    published: Path,
    manifest: Mapping[str, Any],
    project: Path,
    crate: Path,
    date: datetime.date,
    licence: str,
) -> None:
    """Write a release and the workflow that made it to a new folder, by the Workflow Run Crate profile 0.5.

    Parameters
    ----------
    published
        Folder of the release.
    manifest
        Its manifest.
    project
        Folder of the Snakefile.
    crate
        Folder to make.
    date
        Of publication.
    licence
        Of the data, as an address or in words.

    Raises
    ------
    AuditError
        If the folder exists, the release is not what its manifest says, or the package rocrate is missing.
    """
    if crate.exists():
        raise AuditError(f"{crate} exists; expected a new folder")
    found = verify_folder(published, manifest["outputs"], PUBLISHED)
    if not found.holds or found.unlisted:
        changed = [*found.edited, *found.missing, *found.unlisted]
        raise AuditError(
            f"{published}: not what its manifest says, first {changed[0]}; expected it untouched"
        )
    try:
        from rocrate.rocrate import ROCrate
    except ImportError:
        raise AuditError(
            "the package rocrate is missing; expected it: pip install 'valueadded[crate]'"
        ) from None
    made = ROCrate(gen_preview=False)
    made.name = "School effects: a release, and the workflow that made it"
    made.description = "Release tables, a page to read, the manifest of the run, and the workflow."
    made.license, made.datePublished = licence, date
    profiles = [
        _thing(made, name, {"@type": "CreativeWork", "name": title}) for name, title in PROFILES.items()
    ]
    made.root_dataset["conformsTo"] = profiles
    workflow = _add_workflow(made, project, manifest)
    results = [_add_result(made, path, manifest) for path in sorted(published.iterdir())]
    made.root_dataset.append_to(
        "mentions",
        _thing(
            made,
            "#run",
            {
                "@type": "CreateAction",
                "name": "the run of the manifest",
                "instrument": workflow,
                "object": [_add_input(made, name, digest) for name, digest in manifest["inputs"].items()],
                "result": results,
                "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
            },
        ),
    )
    made.write(crate)


def _add_workflow(made: Any, project: Path, manifest: Mapping[str, Any]) -> Any:
    language = _thing(
        made,
        "https://w3id.org/workflowhub/workflow-ro-crate#snakemake",
        {
            "@type": "ComputerLanguage",
            "name": "Snakemake",
            "identifier": {"@id": "https://snakemake.readthedocs.io"},
            "version": manifest["environment"]["libraries"].get("snakemake", ""),
        },
    )
    details = {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "valueadded",
        "version": manifest["source"]["version"],
        "identifier": manifest["source"]["commit"],
        "license": "MIT",
    }
    workflow = made.add_file(project / "Snakefile", "Snakefile", properties=details)
    workflow["programmingLanguage"] = language
    made.mainEntity = workflow
    paths = {path for pattern in CODE for path in project.glob(pattern) if path.is_file()}
    for path in sorted(paths - {project / "Snakefile"}):
        name = path.relative_to(project).as_posix()
        part = made.add_file(path, name, properties={"sha256": manifest["code"].get(name, "not in the run")})
        workflow.append_to("hasPart", part)
    return workflow


def _add_result(made: Any, path: Path, manifest: Mapping[str, Any]) -> Any:
    details = {"encodingFormat": KINDS.get(path.suffix, "application/octet-stream")}
    if path.name != NAME:
        details["sha256"] = manifest["outputs"][PUBLISHED + path.name]
    return made.add_file(path, PUBLISHED + path.name, properties=details)


def _add_input(made: Any, name: str, digest: str) -> Any:
    words = GENERATED if name.startswith("results/") else CONFIDENTIAL
    details = {"@type": "CreativeWork", "name": name, "sha256": digest, "description": words}
    return _thing(made, f"#input/{name.replace(' ', '-')}", details)


def _thing(made: Any, name: str, details: Mapping[str, Any]) -> Any:
    from rocrate.model.contextentity import ContextEntity

    return made.add(ContextEntity(made, name, properties=dict(details)))
