# Writes ilea.csv, the values test_published.py compares with on real data that are not in the repository:
#
#   Rscript make_ilea.R ilea567.csv.gz        (Debian: r-base-core r-cran-lme4 r-cran-nlme)
#
# Three cohorts of inner London, students without a verbal reasoning band left out: a random intercept in each cohort by
# lme4 and, as a second opinion, by nlme; all three jointly, with an unstructured covariance of schools and a residual
# variance for each cohort, by nlme. Only estimates are kept, no student and no school. R is not needed to run the tests.

suppressPackageStartupMessages({
  library(lme4)
  library(nlme)
})
strict_lme4 <- lmerControl(
  optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-11, maxfun = 1e5), calc.derivs = FALSE
)
strict_nlme <- lmeControl(
  opt = "nlminb", maxIter = 500, msMaxIter = 500, niterEM = 100, tolerance = 1e-14, msTol = 1e-16, msMaxEval = 5000,
  optCtrl = list(rel.tol = 1e-15, x.tol = 1e-15), returnObject = TRUE
)
exact <- function(x) sprintf("%.17g", x)
students <- read.csv(commandArgs(TRUE)[1], colClasses = c(school_id = "character", vr_band_code = "character"))
students <- students[students$vr_band_code != "0", ]
students$year <- factor(1984 + students$year_code)
students$score <- students$score - 20

rows <- list()
record <- function(case, program, values) {
  rows[[length(rows) + 1]] <<- data.frame(
    case = case, program = program, quantity = names(values), value = exact(unname(values))
  )
}
for (year in levels(students$year)) {
  cohort <- students[students$year == year, ]
  fit <- lmer(score ~ vr_band_code + (1 | school_id), cohort, REML = FALSE, control = strict_lme4)
  record(year, "lme4", c(
    fixef(fit), school_variance = VarCorr(fit)[[1]][1, 1], residual_variance = sigma(fit)^2,
    deviance = -2 * as.numeric(logLik(fit))
  ))
  fit <- lme(score ~ vr_band_code, cohort, ~ 1 | school_id, method = "ML", control = strict_nlme)
  record(year, "nlme", c(
    fixef(fit), school_variance = unclass(getVarCov(fit))[1, 1], residual_variance = fit$sigma^2,
    deviance = -2 * as.numeric(logLik(fit))
  ))
}
fit <- lme(
  score ~ 0 + year + year:vr_band_code, students, list(school_id = pdSymm(~ 0 + year)),
  weights = varIdent(form = ~ 1 | year), method = "ML", control = strict_nlme
)
schools <- unclass(getVarCov(fit))
levels_found <- names(coef(fit$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE))
spread <- fit$sigma * coef(fit$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)
values <- c(setNames(spread^2, paste0("residual_", levels_found)), deviance = -2 * as.numeric(logLik(fit)))
years <- levels(students$year)
for (a in 1:3) for (b in a:3) values[paste("school", years[a], years[b], sep = "_")] <- schools[a, b]
record("joint", "nlme", values)

table <- do.call(rbind, rows)
# Scores were measured from 20, which spares digits.
shifted <- table$quantity == "(Intercept)"
table$value[shifted] <- exact(as.numeric(table$value[shifted]) + 20)
write.csv(table, "ilea.csv", row.names = FALSE, quote = FALSE, eol = "\n")
