# Is config.yaml plain data? Only then it is read: YAML can hold code, which even a dry run would execute.

from pathlib import Path

from snakemake.exceptions import WorkflowError

from valueadded.config.plain import refuse_code
from valueadded.errors import ConfigError

try:
    if Path("config.yaml").is_file():
        refuse_code(Path("config.yaml").read_bytes(), "config.yaml")
except ConfigError as fault:
    raise WorkflowError(str(fault))


configfile: "config.yaml"
