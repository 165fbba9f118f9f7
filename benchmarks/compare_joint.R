# The peers of compare_joint.py: Rscript compare_joint.R students.csv repeats answer.json nlme|glmmTMB

arguments <- commandArgs(trailingOnly = TRUE)
students <- read.csv(
  arguments[1],
  colClasses = c(school_id = "factor", year = "factor", score = "numeric", prior = "numeric")
)

fit_nlme <- function() {
  nlme::lme(
    score ~ 0 + year + year:prior, students,
    random = list(school_id = nlme::pdSymm(~ 0 + year)),
    weights = nlme::varIdent(form = ~ 1 | year), method = "ML",
    control = nlme::lmeControl(maxIter = 200, msMaxIter = 500, msMaxEval = 2000, opt = "nlminb", returnObject = TRUE)
  )
}

fit_glmmTMB <- function() {
  glmmTMB::glmmTMB(
    score ~ 0 + year + year:prior + us(0 + year | school_id), students,
    dispformula = ~ 0 + year, REML = FALSE
  )
}

fit_once <- if (arguments[4] == "nlme") fit_nlme else fit_glmmTMB
seconds <- numeric(0)
for (repetition in seq_len(as.integer(arguments[2]))) {
  gc(verbose = FALSE)
  # Warnings about convergence are settled by the Python side, which compares the deviances.
  seconds <- c(seconds, system.time(fit <- suppressWarnings(fit_once()))[["elapsed"]])
}
# glmmTMB withholds the log-likelihood of a fit it does not trust; the objective is there all the same.
deviance <- if (arguments[4] == "nlme") -2 * as.numeric(logLik(fit)) else 2 * fit$fit$objective
writeLines(
  sprintf('{"seconds": [%s], "deviance": %.17g}', paste(seconds, collapse = ", "), deviance),
  arguments[3]
)
