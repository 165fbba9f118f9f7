# The lme4 side of compare_mixed.py: Rscript compare_mixed.R students.csv repeats answer.json

suppressPackageStartupMessages(library(lme4))

arguments <- commandArgs(trailingOnly = TRUE)
students <- read.csv(
  arguments[1],
  colClasses = c(school_id = "factor", score = "numeric", prior_score = "numeric", prior = "numeric", sex = "factor")
)

measure <- function(formula) {
  seconds <- numeric(0)
  for (repetition in seq_len(as.integer(arguments[2]))) {
    gc(verbose = FALSE)
    # Warnings about convergence are settled by the Python side, which compares the deviances.
    seconds <- c(seconds, system.time(fit <- suppressWarnings(lmer(formula, students, REML = FALSE)))[["elapsed"]])
  }
  sprintf('{"seconds": [%s], "deviance": %.17g}', paste(seconds, collapse = ", "), -2 * as.numeric(logLik(fit)))
}

answers <- sprintf('"%s": %s', c("intercept", "slope"), c(
  measure(score ~ prior_score + sex + (1 | school_id)),
  measure(score ~ prior + sex + (1 + prior | school_id))
))
writeLines(sprintf("{%s}", paste(answers, collapse = ", ")), arguments[3])
