# Writes subjects.csv, the values test_subjects.py compares with:
#
#   Rscript make_subjects.R        (Debian: r-base-core r-cran-nlme r-cran-mlmrev)
#
# Two responses of the same students, some missing: nlme with an unstructured covariance of schools, and residuals
# of a student that correlate, with a variance for each response. R is not needed to run the tests.

suppressPackageStartupMessages({
  library(nlme)
  library(mlmRev)
})

strict <- lmeControl(
  opt = "nlminb", maxIter = 500, msMaxIter = 500, niterEM = 50, tolerance = 1e-13, msTol = 1e-15,
  msMaxEval = 5000, returnObject = TRUE
)
exact <- function(x) sprintf("%.17g", x)

data(Gcsemv)
part <- function(subject, number) {
  data.frame(
    school = Gcsemv$school, student = paste(Gcsemv$school, Gcsemv$student), number = number, subject = subject,
    female = as.numeric(Gcsemv$gender == "F"), score = Gcsemv[[subject]]
  )
}
long <- na.omit(rbind(part("course", 1L), part("written", 2L)))
long <- long[order(long$school, long$student, long$number), ]
long$subject <- factor(long$subject)

rows <- lapply(c("ML", "REML"), function(method) {
  fit <- lme(
    score ~ 0 + subject + subject:female, long, random = list(school = pdSymm(~ 0 + subject)),
    correlation = corSymm(form = ~ number | school / student), weights = varIdent(form = ~ 1 | subject),
    method = method, control = strict
  )
  schools <- unclass(getVarCov(fit))
  spread <- fit$sigma * c(1, coef(fit$modelStruct$varStruct, unconstrained = FALSE))
  correlation <- coef(fit$modelStruct$corStruct, unconstrained = FALSE)
  terms <- paste(c("course", "written", "course", "written"), c("Intercept", "Intercept", "female", "female"))
  values <- c(
    setNames(fixef(fit), terms), setNames(sqrt(diag(fit$varFix)), paste0("se:", terms)),
    school_course = schools[1, 1], school_both = schools[1, 2], school_written = schools[2, 2],
    residual_course = spread[1]^2, residual_both = correlation * prod(spread), residual_written = spread[2]^2,
    deviance = -2 * as.numeric(logLik(fit))
  )
  data.frame(method = method, quantity = sub("\\.written$", "", names(values)), value = exact(unname(values)))
})
write.csv(do.call(rbind, rows), "subjects.csv", row.names = FALSE, quote = FALSE)
