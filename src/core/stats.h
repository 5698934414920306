// The few statistics that several parts need: order statistics of small samples. It holds only what
// is used; tests and intervals of measured speedups come with the command that proves them.
#pragma once

#include <vector>

namespace bottleneck {

/// Linear interpolation between order statistics (Hyndman and Fan's type 7, as R and NumPy by
/// default). Needs: 0 <= q <= 1. 0 for no values.
double quantile(std::vector<double> values, double q);

/// The middle value; the mean of the two middle ones for an even number. 0 for no values.
double median(std::vector<double> values);

}  // namespace bottleneck
