// The few statistics that several parts need: order statistics of small samples, and the interval
// of a ratio of medians. It holds only what is used, and knows nothing of what the numbers are.
#pragma once

#include <vector>

namespace bottleneck {

/// 90 % of the normal distribution lie within as many standard deviations.
inline constexpr double normal_90 = 1.6449;

/// Linear interpolation between order statistics (Hyndman and Fan's type 7, as R and NumPy by
/// default). Needs: 0 <= q <= 1. 0 for no values.
double quantile(std::vector<double> values, double q);

/// The middle value; the mean of the two middle ones for an even number. 0 for no values.
double median(std::vector<double> values);

/// A ratio with the interval that holds it in `confidence` of the cases.
struct RatioInterval {
  double ratio = 0;
  double low = 0;
  double high = 0;
};

struct Bootstrap {
  int resamples = 2000;      ///< Source: the simulation in research/prediction.md 7.7
  double confidence = 0.95;  ///< of the percentile interval
};

/// median(above) / median(below), both sides resampled; the same numbers give the same interval,
/// and it always holds the ratio. Needs: values above 0, at least one a side.
/// Source: percentile bootstrap (Efron and Tibshirani 1993, chapter 13).
RatioInterval ratio_of_medians(const std::vector<double>& above, const std::vector<double>& below,
                               const Bootstrap& = {});

}  // namespace bottleneck
