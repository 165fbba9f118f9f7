# In: every result. Out: what went in, what ran and what came out.

from valueadded.audit.files import CODE, digest_tree


rule write_manifest:
    """Write down what went in, what ran and what came out, once everything is there."""
    input:
        study_files(),
    output:
        manifest_files(),
    log:
        "logs/write_manifest/all.log",
    benchmark:
        "logs/write_manifest/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        config=configured(),
        inputs=input_files(),
        project=str(workflow.basedir),
        source=digest_tree(Path(workflow.basedir), CODE),
        code=code("write_manifest"),
    script:
        "../../scripts/write_manifest.py"
