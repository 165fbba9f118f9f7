"""How results of whole schools are to be read (V24): printed on every figure of them, and in its caption."""

HOW_TO_READ = (
    "A starting point for enquiry, not a verdict: read it beside the absolute measures, which it does not "
    "replace. Never judge a school by one cohort: the latest year is volatile, the mean of several years "
    "steadier. Adjusted for the intake that was measured, and for nothing else."
)
