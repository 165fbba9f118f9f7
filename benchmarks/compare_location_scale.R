# Times one location-scale model in TMB: the peer of compare_location_scale.py, which calls this file as
#   Rscript compare_location_scale.R TEMPLATE students.csv "score ~ prior" "~ prior" SLOPE
# where TEMPLATE is location_scale.cpp in a folder that may be written to, and SLOPE a term or "none". Prints
# seconds from data frame to standard errors and school effects, -2 log-likelihood (Laplace) and parameters.

suppressMessages(library(TMB))
arguments <- commandArgs(trailingOnly = TRUE)
template <- sub("[.]cpp$", "", arguments[1])
if (!file.exists(dynlib(template))) invisible(capture.output(compile(arguments[1], "-O2 -w")))
if (arguments[2] == "compile") {
  cat(paste0("R ", getRversion(), ", TMB ", packageVersion("TMB")))
  quit()
}
dyn.load(dynlib(template))
students <- read.csv(arguments[2])
location <- as.formula(arguments[3])
scale <- as.formula(arguments[4])

seconds <- system.time({
  X <- model.matrix(location, students)
  Z <- model.matrix(scale, students)
  W <- X[, c("(Intercept)", setdiff(arguments[5], "none")), drop = FALSE]
  school <- as.integer(factor(students$school_id)) - 1L
  y <- students[[all.vars(location)[1]]]
  size <- ncol(W) + 1
  start <- lm.fit(X, y)
  model <- MakeADFun(
    data = list(y = y, X = X, Z = Z, W = W, school = school),
    parameters = list(
      beta = unname(start$coefficients),
      alpha = c(log(mean(start$residuals^2)), rep(0, ncol(Z) - 1)),
      log_sd = rep(log(0.3), size), corr = rep(0, size * (size - 1) / 2),
      effects = matrix(0, size, max(school) + 1)
    ),
    random = "effects", DLL = basename(template), silent = TRUE
  )
  found <- nlminb(model$par, model$fn, model$gr, control = list(iter.max = 500, eval.max = 500))
  # Errors of the coefficients and of the school effects.
  errors <- sdreport(model)
})[["elapsed"]]
if (found$convergence != 0) stop(found$message)
cat(seconds, format(2 * found$objective, digits = 15), length(found$par), "\n")
