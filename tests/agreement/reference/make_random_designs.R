# Writes random_designs.csv, the fits of the random designs that test_random_designs.py compares with:
#
#   python make_random_designs.py random_students.csv && Rscript make_random_designs.R random_students.csv
#
# (Debian: r-base-core r-cran-lme4.) R is not needed to run the tests. Each design is fitted from lme4's own start, whose
# deviance is kept as `deviance_own_start`; from where that ended, and from a start of its own, it is searched on, and
# the best is kept. Scores are measured from a whole number near their mean, which spares lme4 digits. `total` is the
# sum of the scores, by which a test knows that it has the same students.

suppressPackageStartupMessages(library(lme4))
strict <- lmerControl(
  optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-11, maxfun = 1e5), calc.derivs = FALSE,
  check.conv.singular = "ignore"
)
exact <- function(x) sprintf("%.17g", x)
students <- read.csv(commandArgs(TRUE)[1], colClasses = c(school_id = "character", slope = "character"))

fit_design <- function(data) {
  bars <- if (data$slope[1] == "") "(1 | school_id)" else "(1 + x | school_id)"
  formula <- as.formula(paste(data$formula[1], "+", bars))
  reml <- data$method[1] == "REML"
  total <- sum(data$score)
  origin <- round(mean(data$score))
  data$score <- data$score - origin
  fit <- lmer(formula, data, REML = reml, control = strict)
  own_start <- -2 * as.numeric(logLik(fit))
  away <- if (data$slope[1] == "") 0.3 else c(0.3, 0.05, 0.3)
  for (start in list(getME(fit, "theta"), away, NULL, NULL)) {
    if (is.null(start)) start <- getME(fit, "theta")
    best <- lmer(formula, data, REML = reml, control = strict, start = start)
    if (logLik(best) >= logLik(fit)) fit <- best
  }
  covariance <- VarCorr(fit)[[1]]
  values <- c(
    fixef(fit), setNames(sqrt(diag(as.matrix(vcov(fit)))), paste0("se:", names(fixef(fit)))),
    school_variance = covariance[1, 1], residual_variance = sigma(fit)^2,
    deviance = -2 * as.numeric(logLik(fit)), deviance_own_start = own_start, total = total
  )
  if (nrow(covariance) == 2) {
    values <- c(values, slope_variance = covariance[2, 2], slope_covariance = covariance[1, 2])
  }
  values[["(Intercept)"]] <- values[["(Intercept)"]] + origin
  names(values) <- sub("(Intercept)", "Intercept", names(values), fixed = TRUE)
  data.frame(design = data$design[1], quantity = names(values), value = exact(unname(values)))
}
fits <- lapply(split(students, students$design), fit_design)
write.table(
  do.call(rbind, fits), "random_designs.csv", sep = ",", row.names = FALSE, quote = FALSE, eol = "\n"
)
