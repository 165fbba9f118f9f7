# Writes fits.csv, effects.csv, robust.csv and versions.csv, the values the agreement tests compare with:
#
#   Rscript make_reference.R        (Debian: r-base-core r-cran-lme4 r-cran-nlme r-cran-mlmrev)
#
# R is not needed to run the tests. Every model is fitted by lme4 and, as a second opinion, by nlme, both
# with the strictest tolerances that they accept; numbers are written with 17 digits.

suppressPackageStartupMessages({
  library(lme4)
  library(nlme)
  library(mlmRev)
})

strict_lme4 <- lmerControl(
  optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-11, maxfun = 1e5), calc.derivs = FALSE
)
strict_nlme <- lmeControl(
  opt = "nlminb", maxIter = 500, msMaxIter = 500, niterEM = 100, tolerance = 1e-14, msTol = 1e-16,
  msMaxEval = 5000, optCtrl = list(rel.tol = 1e-15, x.tol = 1e-15), returnObject = TRUE
)

fits <- effects <- robust <- list()
exact <- function(x) sprintf("%.17g", x)

record_fit <- function(case, program, values) {
  fits[[length(fits) + 1]] <<- data.frame(
    case = case, program = program, quantity = names(values), value = exact(unname(values))
  )
}

# Variances of the intercept, the slope and their covariance, whichever of them the model has.
variances <- function(covariance, residual) {
  named <- c(school_variance = covariance[1, 1])
  if (nrow(covariance) == 2) {
    named <- c(named, slope_variance = covariance[2, 2], slope_covariance = covariance[1, 2])
  }
  c(named, residual_variance = residual)
}

with_errors <- function(estimate, covariance) {
  if (length(estimate) == 0) return(numeric(0))
  error <- sqrt(diag(as.matrix(covariance)))
  c(estimate, setNames(error, paste0("se:", names(estimate))))
}

record_lme4 <- function(case, fit) {
  record_fit(case, "lme4", c(
    with_errors(fixef(fit), vcov(fit)), variances(VarCorr(fit)[[1]], sigma(fit)^2),
    deviance = -2 * as.numeric(logLik(fit))
  ))
}

record_nlme <- function(case, fit) {
  record_fit(case, "nlme", c(
    with_errors(fixef(fit), fit$varFix), variances(unclass(getVarCov(fit)), fit$sigma^2),
    deviance = -2 * as.numeric(logLik(fit))
  ))
}

# Predictions with the square roots of their conditional variances, variances and coefficients known.
record_effects <- function(case, fit) {
  predicted <- ranef(fit, condVar = TRUE)[[1]]
  spread <- attr(predicted, "postVar")
  table <- data.frame(
    case = case, school_id = rownames(predicted), effect = exact(predicted[, 1]),
    std_error = exact(sqrt(spread[1, 1, ])), slope_effect = "", slope_std_error = ""
  )
  if (ncol(predicted) == 2) {
    table$slope_effect <- exact(predicted[, 2])
    table$slope_std_error <- exact(sqrt(spread[2, 2, ]))
  }
  effects[[length(effects) + 1]] <<- table
}

fit_both <- function(case, data, fixed, random, school, method, with_effects = FALSE) {
  bars <- sprintf("(%s | %s)", random, school)
  mixed <- lmer(
    as.formula(paste(deparse1(fixed), "+", bars)), data, REML = method == "REML", control = strict_lme4
  )
  record_lme4(case, mixed)
  if (with_effects) record_effects(case, mixed)
  # At a variance of 0 nlme walks towards minus infinity on the logarithmic scale, so it says nothing there.
  if (!isSingular(mixed)) {
    record_nlme(case, lme(
      fixed, data, as.formula(paste("~", random, "|", school)), method = method, control = strict_nlme
    ))
  }
}

# Public data ------------------------------------------------------------------------------------------

for (method in c("ML", "REML")) {
  named <- function(model) paste(model, tolower(method), sep = "_")
  fit_both(named("exam"), Exam, normexam ~ standLRT, "1", "school", method, TRUE)
  fit_both(named("exam_covariates"), Exam, normexam ~ standLRT + sex + type, "1", "school", method)
  fit_both(named("exam_slope"), Exam, normexam ~ standLRT, "1 + standLRT", "school", method, TRUE)
  fit_both(named("chem97"), Chem97, score ~ gcsecnt, "1", "school", method)
  fit_both(named("egsingle_slope"), egsingle, math ~ year, "1 + year", "schoolid", method)
}
fit_both("exam_covariates_slope_reml", Exam, normexam ~ standLRT + sex + type, "1 + standLRT", "school", "REML")
fit_both("chem97_slope_ml", Chem97, score ~ gcsecnt, "1 + gcsecnt", "school", "ML")
fit_both("sleepstudy_reml", sleepstudy, Reaction ~ Days, "1", "Subject", "REML", TRUE)
fit_both("sleepstudy_slope_reml", sleepstudy, Reaction ~ Days, "1 + Days", "Subject", "REML", TRUE)

# Benchmark models on the invented students ---------------------------------------------------------------

students <- read.csv("two_years.csv", colClasses = c(school_id = "character", sex = "factor"))
students$prior <- (students$prior_score - 400) / 50
before <- droplevels(students[students$year == 2017, ])
after <- droplevels(students[students$year == 2019, ])

fit_both("relative_2017", before, score ~ prior_score + sex, "1", "school_id", "ML", TRUE)
fit_both("relative_2019", after, score ~ prior_score + sex, "1", "school_id", "ML", TRUE)
fit_both("slope_2017", before, score ~ prior + sex, "1 + prior", "school_id", "ML", TRUE)
fit_both("lots_2017", before, score ~ prior_score + sex, "1", "lot", "ML", TRUE)

# The line of 2017 with a covariance clustered on schools, from its formula:
# (X'X)^-1 [sum_j (X_j'e_j)(X_j'e_j)'] (X'X)^-1 x J / (J - 1) x (N - 1) / (N - p).
record_line <- function(case, data) {
  line <- lm(score ~ prior_score + sex, data)
  x <- model.matrix(line)
  bread <- solve(qr.R(qr(x)))
  bread <- bread %*% t(bread)
  pull <- rowsum(x * residuals(line), data$school_id)
  schools <- nrow(pull)
  small <- schools / (schools - 1) * (nrow(x) - 1) / (nrow(x) - ncol(x))
  covariance <- small * bread %*% crossprod(pull) %*% bread
  for (column in colnames(x)) {
    robust[[length(robust) + 1]] <<- data.frame(
      case = case, term = colnames(x), column = column, covariance = exact(covariance[, column])
    )
  }
  record_fit(case, "lm", coef(line))
  line
}
line <- record_line("line_2017", before)
invisible(record_line("line_both", students))

# The offset trick of the source: no intercept of its own, every coefficient of 2017 inside the offset.
after$male <- as.numeric(after$sex == "male")
after$line <- predict(line, after)
after$slopes <- after$line - coef(line)[["(Intercept)"]]
after$without_sex <- coef(line)[["(Intercept)"]] + coef(line)[["prior_score"]] * after$prior_score
record_pinned <- function(case, formula, left) {
  mixed <- lmer(formula, after, REML = FALSE, control = strict_lme4)
  record_lme4(case, mixed)
  record_effects(case, mixed)
  record_nlme(case, lme(left, after, ~ 1 | school_id, method = "ML", control = strict_nlme))
}
record_pinned("offset_2019", score ~ offset(line) + (1 | school_id) - 1, I(score - line) ~ 0)
record_pinned("drift_2019", score ~ offset(slopes) + (1 | school_id), I(score - slopes) ~ 1)
record_pinned(
  "offset_free_sex_2019", score ~ male + offset(without_sex) + (1 | school_id) - 1, I(score - without_sex) ~ male - 1
)

# Output -----------------------------------------------------------------------------------------------------

save <- function(tables, name) {
  table <- do.call(rbind, tables)
  write.table(table, name, sep = ",", row.names = FALSE, quote = FALSE, eol = "\n")
}
save(fits, "fits.csv")
save(effects, "effects.csv")
save(robust, "robust.csv")
programs <- c("lme4", "nlme", "mlmRev", "Matrix")
save(list(data.frame(
  program = c("R", programs),
  version = c(paste(R.version$major, R.version$minor, sep = "."), sapply(programs, function(p) as.character(packageVersion(p))))
)), "versions.csv")
