# What the jobs of the simulation studies simulate, from wildcards.


def planted_world(wildcards):
    """The numbers of one scenario of the validation study, so that another one's do not make it again."""
    return settings.validate_benchmark.world(wildcards.scenario)


def chunk_of_replicates(wildcards):
    """The first replicate of one job of the validation study, and the one after its last."""
    return settings.validate_benchmark.replicates_of(int(wildcards.chunk))


def planted_teachers(wildcards):
    """The world of one scenario of the recovery study, so that another one's change does not make it again."""
    return settings.recovery_layered.world_of(wildcards.scenario)


def chunk_of_sets(wildcards):
    """The first and the last set of records of one job of the recovery study."""
    return settings.recovery_layered.replicates_of(int(wildcards.chunk))


def chunk_of_truths(wildcards):
    """The first and the last replicate of one job of the calibration."""
    return settings.calibration.replicates_of(int(wildcards.chunk))


def calibration_world():
    """What the calibration simulates."""
    names = {"schools", "students", "random_slope", "draws", "priors"}
    return settings.calibration.model_dump(include=names)
