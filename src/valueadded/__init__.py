"""School effects that anyone can re-run. The map, in pipeline order.

config          the closed model of config.yaml, and which cohorts it implies
contracts       what each table on disk looks like
synthetic       an invented state with planted truth
validation      input files to accepted records, quarantine and ledger
cohorts         prior and outcome side by side; who is left out and why
intake          prior attainment and school intake measures
numerics        mathematical operations on arrays
mixed           design -> moments -> criterion -> fit -> posterior: relative school effects
benchmark       the frozen line, the models measured from it, the drift of the system
location_scale  the mean and the variance of a school, by exact maximum likelihood
intake_adjusted  whole schools on every outcome, adjusted for their intake
layered         effects of teachers over years, for given variances and by maximum likelihood
effects         intervals, reflation, changes, correlations between years
validate_benchmark  invented systems with planted truth, and what each method makes of them
exchange        moments of schools for other agencies, so that schools are fitted together
figures         one file for each figure
audit           what ties a result to the code that made it
run             starting a study, also after it was killed
ownership       which run may put results under their names
table_io        Parquet through a contract
cli             commands for people
"""
