"""What the location-scale results do not say (M17): printed on every report of them."""

INTERPRETATION_GUARD = (
    "These results describe; they do not explain. A school's mean and variance, given its students' prior "
    "scores, also carry whatever the model leaves out, so neither is the effect of what the school did. A "
    "high or a low variance is neither good nor bad in itself. Nothing here is for the automatic judgement "
    "of schools."
)
