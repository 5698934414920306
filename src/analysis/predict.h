// What a row of advice is predicted to give: a claim with its interval where a model and its inputs
// are there (`conditional`, `expected`), else Amdahl's bound over the slice. Its place: between the
// findings and their recommendations. It sees a profile and the machine's measured ceilings, and
// nothing of the change that will be made.
#pragma once

#include <optional>
#include <vector>

#include "src/analysis/advice.h"
#include "src/analysis/derive.h"
#include "src/core/report.h"

namespace bottleneck {

/// Standard deviations of ln(measured / predicted) by kind of remedy, until residuals of this
/// machine are there. Source: research/prediction.md section 4.
inline constexpr double spread_parallel = 0.12, spread_vectorize = 0.35, spread_io = 0.20,
                        spread_chunk = 0.25, spread_other = 0.30;

struct Foreseen {
  Claim claim = Claim::bound;
  Prediction prediction;
};

/// Nothing where the row does not fit: no loop for it, or nothing that it could shrink.
std::optional<Foreseen> foresee(const Profile&, const Evidence&, const std::vector<HotLoop>&,
                                const Advice&, const Finding&);

/// A bound: 1 to `speedup`.
Prediction bound_of(double speedup, std::string model, std::string assumption);

/// The time without what other programs held up: a rerun is compared on quiet CPUs, and runs beside
/// others do not count (src/prove/rejection.h).
double quiet_s(const Evidence&);

/// Where only two ends are known: their geometric mean between them; `high` at least `low`, and
/// both less sure than they look by `spread`.
Quantity between(double low, double high, double spread);

/// All samples of code in the run, for the uncertainty of shares.
double samples_of(const Profile&);

}  // namespace bottleneck
