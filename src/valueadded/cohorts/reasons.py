"""Why a student or a year is not in a cohort: every step and reason code with its sentence."""

STEPS = {
    "records": "Distinct students with a record at the outcome level in this domain and year.",
    "not_scored": "No score counts: the student was not present, or was and has no score.",
    "identity": "It is not clear which record, or whose, belongs to the student.",
    "not_matched": "No usable prior record `cohorts.gap_years` earlier.",
    "not_eligible": "Matched, but left out by a rule of the configuration.",
    "matched": "In the cohort.",
    "no_cohort": "The year has no cohort at all.",
}

REASONS = {
    "absent": "The student was absent from the outcome test.",
    "exempt": "The student was exempt from the outcome test.",
    "withdrawn": "The student was withdrawn from the outcome test by a parent or carer.",
    "refused": "The student was there and refused the outcome test.",
    "sanctioned": "The outcome result was withheld after a breach of test rules.",
    "cancelled": "The outcome result was cancelled.",
    "no_score": "The record says present and holds no outcome score.",
    "two_schools_in_year": "The student has outcome scores from two schools in one year.",
    "two_records_in_level": "The student has two differing outcome scores from one school.",
    "two_prior_records": "The student has two differing prior scores.",
    "no_prior_record": "The student has no record at the prior level in the prior year.",
    "repeated_a_year": "The student sat the prior level earlier than `cohorts.gap_years` before the outcome.",
    "accelerated": "The student sat the prior level later than `cohorts.gap_years` before the outcome.",
    "prior_absent": "The student was absent from the prior test.",
    "prior_exempt": "The student was exempt from the prior test.",
    "prior_withdrawn": "The student was withdrawn from the prior test by a parent or carer.",
    "prior_refused": "The student was there and refused the prior test.",
    "prior_sanctioned": "The prior result was withheld after a breach of test rules.",
    "prior_cancelled": "The prior result was cancelled.",
    "prior_no_score": "The prior record says present and holds no score.",
    "school_too_small": "The school has fewer matched students than `cohorts.minimum_students`.",
    "year_not_tested": "No test was held in the outcome year.",
    "prior_year_not_tested": "No test was held in the prior year.",
    "scale_era_break": "Outcome, prior and benchmark stand on different scales and no table links them.",
}
