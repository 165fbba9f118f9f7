"""The bill of materials of a lock: every package with its version and hashes, as CycloneDX 1.6 in JSON."""

import json
import re
from typing import Any

from valueadded.errors import AuditError

PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?$"
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def list_materials(lock: str, version: str) -> str:
    """Return the bill of materials of a lock of pip.

    Parameters
    ----------
    lock
        Content of the lock: `name==version ; marker`, and its hashes below.
    version
        Version of this package, whose bill it is.

    Raises
    ------
    AuditError
        If a line is neither, or a package has no hash.
    """
    components: list[dict[str, Any]] = []
    for number, line in enumerate(lock.splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if found := PINNED.match(text):
            components.append(_component(found["name"].lower(), found["version"], found["marker"]))
        elif components and HASH.match(text):
            components[-1]["hashes"] += [{"alg": "SHA-256", "content": each} for each in HASH.findall(text)]
        else:
            raise AuditError(f"the lock, line {number}: neither a pinned package nor a hash")
    bare = [each["name"] for each in components if not each["hashes"]]
    if bare or not components:
        raise AuditError(
            f"the lock: no hash of {', '.join(bare) or 'any package'}; expected one for each file"
        )
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**_named("valueadded", version), "type": "application"}},
        "components": components,
    }
    return json.dumps(bill, indent=1) + "\n"


def _component(name: str, version: str, marker: str | None) -> dict[str, Any]:
    wanted = {"properties": [{"name": "environment marker", "value": marker.strip()}]} if marker else {}
    return {"type": "library", **_named(name, version), **wanted, "hashes": []}


def _named(name: str, version: str) -> dict[str, str]:
    address = f"pkg:pypi/{name}@{version}"
    return {"bom-ref": address, "name": name, "version": version, "purl": address}
