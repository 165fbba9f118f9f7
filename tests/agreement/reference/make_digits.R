# Writes digits.csv, what R's programs say of NIST's data sets and of real ones, with their default settings:
#
#   python make_digits.py FOLDER && Rscript make_digits.R FOLDER
#
# (Debian: r-base-core r-cran-lme4 r-cran-nlme r-cran-glmmtmb.) R is not needed to run the tests or to count digits. Values
# have 17 digits; a program that stops with an error, or gives no estimate, has none. `warned` is 1 where it said a word.

suppressPackageStartupMessages({
  library(lme4)
  library(nlme)
  library(glmmTMB)
})
folder <- commandArgs(TRUE)[1]
found <- list()
exact <- function(x) sprintf("%.17g", x)

record <- function(kind, name, program, fit) {
  warned <- 0
  values <- tryCatch(
    withCallingHandlers(fit(), warning = function(w) {
      warned <<- 1
      invokeRestart("muffleWarning")
    }, message = function(m) {
      warned <<- 1
      invokeRestart("muffleMessage")
    }),
    error = function(e) NULL
  )
  values <- c(values, warned = warned)
  found[[length(found) + 1]] <<- data.frame(
    kind = kind, set = name, program = program, quantity = names(values), value = exact(unname(values))
  )
}
named <- function(kind) {
  paths <- list.files(folder, paste0("^", kind, "-"), full.names = TRUE)
  setNames(paths, sub(paste0("^", kind, "-(.*)\\.csv$"), "\\1", basename(paths)))
}

line <- function(formula, data, ...) {
  fit <- lm(formula, data, ...)
  table <- summary(fit)$coefficients
  kept <- !is.na(coef(fit))
  errors <- estimates <- setNames(rep(NA, length(kept)), paste0("B", seq_along(kept) - 1))
  estimates[] <- coef(fit)
  errors[kept] <- table[, 2]
  c(estimates, setNames(errors, paste0("se:", names(errors))), residual_sd = summary(fit)$sigma)
}
regressions <- named("regression")
for (name in names(regressions)) {
  data <- read.csv(regressions[[name]])
  terms <- paste(setdiff(names(data), "y"), collapse = " + ")
  formula <- as.formula(paste("y ~", terms, if (startsWith(name, "NoInt")) "- 1" else ""))
  record("regression", name, "lm", function() line(formula, data))
  record("regression", name, "lm, tol = 1e-12", function() line(formula, data, tol = 1e-12))
}

mixed <- function(kind, name, formula, data, method) {
  values <- function(beta, school, residual) c(beta, school_variance = school, residual_variance = residual)
  terms <- function(beta) setNames(beta, paste0("B", seq_along(beta) - 1))
  record(kind, name, "lme4", function() {
    fit <- lmer(as.formula(paste(formula, "+ (1 | school)")), data, REML = method == "REML")
    values(terms(fixef(fit)), VarCorr(fit)[[1]][1, 1], sigma(fit)^2)
  })
  record(kind, name, "nlme", function() {
    fit <- lme(as.formula(formula), data, random = ~ 1 | school, method = method)
    values(terms(fixef(fit)), unclass(getVarCov(fit))[1, 1], fit$sigma^2)
  })
  record(kind, name, "glmmTMB", function() {
    fit <- glmmTMB(as.formula(paste(formula, "+ (1 | school)")), data, REML = method == "REML")
    values(terms(fixef(fit)$cond), VarCorr(fit)$cond[[1]][1, 1], sigma(fit)^2)
  })
}
layouts <- named("anova")
for (name in names(layouts)) {
  mixed("anova", name, "y ~ 1", read.csv(layouts[[name]], colClasses = c(school = "character")), "REML")
}
sets <- named("real")
for (name in names(sets)) {
  data <- read.csv(sets[[name]], colClasses = c(school = "character"))
  mixed("real", name, "y ~ x", data, data$method[1])
}

table <- do.call(rbind, found)
write.csv(table, "digits.csv", row.names = FALSE, quote = TRUE, eol = "\n")
