// Location-scale model as a TMB template: the joint density of scores and school effects.
// The school effects (intercept, perhaps a slope, log variance) are jointly normal, all correlated.
#include <TMB.hpp>

template <class Type>
Type objective_function<Type>::operator()() {
  DATA_VECTOR(y);
  DATA_MATRIX(X);           // terms of the mean
  DATA_MATRIX(Z);           // terms of the log variance
  DATA_MATRIX(W);           // random columns of the mean: ones, perhaps the slope's term
  DATA_IVECTOR(school);     // from 0
  PARAMETER_VECTOR(beta);
  PARAMETER_VECTOR(alpha);
  PARAMETER_VECTOR(log_sd);
  PARAMETER_VECTOR(corr);
  PARAMETER_MATRIX(effects); // one column for each school; the last row is on the log variance

  int q = W.cols();
  vector<Type> sd = exp(log_sd);
  density::UNSTRUCTURED_CORR_t<Type> correlated(corr);
  Type total = 0;
  for (int j = 0; j < effects.cols(); j++) {
    total += density::VECSCALE(correlated, sd)(vector<Type>(effects.col(j)));
  }
  vector<Type> mean = X * beta;
  vector<Type> log_variance = Z * alpha;
  for (int i = 0; i < y.size(); i++) {
    int j = school(i);
    for (int k = 0; k < q; k++) mean(i) += W(i, k) * effects(k, j);
    log_variance(i) += effects(q, j);
    total -= dnorm(y(i), mean(i), exp(log_variance(i) / 2), true);
  }
  return total;
}
