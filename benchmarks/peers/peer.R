# A peer in R: Rscript peer.R PACKAGE TASK data.csv answer.json
# Warnings about convergence are settled by the Python side, which compares the deviances.

arguments <- commandArgs(trailingOnly = TRUE)
package <- arguments[1]
task <- arguments[2]
suppressPackageStartupMessages(library(package, character.only = TRUE))

# Debian keeps the headers of Boost with the system's; elsewhere they come with R's package BH.
if (package == "brms" && system.file("include", package = "BH") == "") {
  rstan::rstan_options(boost_lib = "/usr/include")
}

memory <- function(name = "VmRSS") {
  line <- grep(paste0("^", name), readLines("/proc/self/status"), value = TRUE)
  as.integer(gsub("[^0-9]", "", line))
}

fits <- list(
  lme4 = list(
    intercept = function(d) lmer(score ~ prior_score + sex + (1 | school_id), d, REML = FALSE),
    slope = function(d) lmer(score ~ prior + sex + (1 + prior | school_id), d, REML = FALSE)
  ),
  nlme = list(
    intercept = function(d) lme(score ~ prior_score + sex, d, random = ~ 1 | school_id, method = "ML"),
    slope = function(d) lme(score ~ prior + sex, d, random = ~ 1 + prior | school_id, method = "ML"),
    joint = function(d) lme(
      score ~ 0 + year + year:prior, d,
      random = list(school_id = pdSymm(~ 0 + year)), weights = varIdent(form = ~ 1 | year), method = "ML",
      control = lmeControl(maxIter = 200, msMaxIter = 500, msMaxEval = 2000, opt = "nlminb", returnObject = TRUE)
    )
  ),
  glmmTMB = list(
    intercept = function(d) glmmTMB(score ~ prior_score + sex + (1 | school_id), d),
    slope = function(d) glmmTMB(score ~ prior + sex + (1 + prior | school_id), d),
    joint = function(d) glmmTMB(
      score ~ 0 + year + year:prior + us(0 + year | school_id), d, dispformula = ~ 0 + year
    )
  ),
  # Bayesian: four chains with default priors; there is no likelihood to compare.
  brms = list(
    location_scale = function(d) brm(
      bf(score ~ prior + (1 | s | school_id), sigma ~ prior + (1 | s | school_id)), d,
      chains = 4, cores = 2, refresh = 0, silent = 2
    )
  ),
  GPvam = list(
    # Its years are numbered from 1, and it renames teachers, which a factor does not let it do.
    layered = function(d) GPvam(
      data.frame(y = d$score, student = d$student_id, year = as.integer(factor(d$year)), teacher = as.character(d$teacher_id)),
      student.side = "R", persistence = "CP", verbose = FALSE, hessian = FALSE
    )
  )
)

deviance_of <- function(fit) switch(package,
  glmmTMB = 2 * fit$fit$objective, # there also for a fit it does not trust
  GPvam = -2 * fit$loglik,
  brms = NaN,
  -2 * as.numeric(logLik(fit))
)

named <- c("school_id", "student_id", "teacher_id", "sex", if (task == "joint") "year")
header <- names(data.table::fread(arguments[3], nrows = 0))
classes <- list(factor = intersect(named, header))
# Coefficient of the prior score, where the model has one.
slope_of <- function(fit) {
  if (!task %in% c("intercept", "slope")) return(NaN)
  found <- if (package == "glmmTMB") fixef(fit)$cond else fixef(fit)
  found[[2]]
}

before <- memory()
read <- system.time(students <- as.data.frame(data.table::fread(arguments[3], colClasses = classes)))[["elapsed"]]
seconds <- system.time(fit <- suppressWarnings(fits[[package]][[task]](students)))[["elapsed"]]
writeLines(
  sprintf(
    '{"before": %d, "peak": %d, "read": %.17g, "fit": %.17g, "deviance": %s, "slope": %.17g, "version": "%s %s"}',
    before, memory("VmHWM"), read, seconds, format(deviance_of(fit), digits = 17), slope_of(fit), package, packageVersion(package)
  ),
  arguments[4]
)
