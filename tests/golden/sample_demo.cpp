#include "tests/golden/sample_reports.h"

namespace bottleneck {
namespace {

Quantity ratio(double value, double low, double high) { return {value, low, high, Unit::ratio}; }

Verification a_held_one() {
  Verification one;
  one.variant = "ikj";
  one.baseline = "ijk";
  one.remedy = Remedy::reorder_accesses;
  one.predicted = ratio(3.1, 2.4, 4.2);
  one.model = "1 / ((1 - p) + p / s), p = 0.910";
  one.measured = ratio(3.6, 3.5, 3.7);
  one.outcome = Outcome::held;
  one.why = "measured 3.60x [3.50 - 3.70], predicted 3.10x [2.40 - 4.20]";
  one.frozen = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  one.pairs = 10;
  one.rejected = 1;
  one.baseline_s = 3.2;
  one.variant_s = 0.89;
  one.baseline_rss_bytes = one.variant_rss_bytes = 24'000'000;
  one.limit = "compute, scalar";
  return one;
}

Verification a_missed_one() {
  Verification one = a_held_one();
  one.variant = "threads";
  one.baseline = "ikj";
  one.remedy = Remedy::spread_work;
  one.predicted = ratio(1.9, 1.8, 2.0);
  one.measured = ratio(1.5, 1.4, 1.6);
  one.outcome = Outcome::optimistic;
  one.why =
      "measured 1.50x [1.40 - 1.60], predicted 1.90x [1.80 - 2.00]; most was lost to imbalance";
  one.variant_s = 0.59;
  one.losses = LossFactors{2, 0.76, 0.98, 1.01, 1};
  one.limit = "memory_bandwidth, stream";
  return one;
}

Verification an_unpromised_one() {
  Verification one = a_held_one();
  one.variant = "blocked";
  one.remedy = Remedy::reuse_in_cache;
  one.predicted.reset();
  one.model = "";
  one.outcome = Outcome::pessimistic;
  one.why = "no profile promised it";
  return one;
}

Verification a_bound() {
  Verification one = a_held_one();
  one.variant = "huge";
  one.claim = "bound";
  one.predicted = ratio(1.4, 1, 1.4);
  one.measured = ratio(1.2, 1.1, 1.3);
  return one;
}

}  // namespace

Report a_demo_report() {
  Report report = a_matmul_report();
  Demo demo;
  demo.name = "matmul";
  demo.line = "product of two matrices of doubles, the inner loop walks down a column";
  demo.unit = "rows";
  demo.size = 1000;
  demo.limit = "2 x 1000^3 operations; 2 CPUs give at most 60 billion of them a second: 0.033 s";
  demo.expected = {"memory_latency"};
  demo.right = true;
  demo.steps = {{"ijk",
                 "triple loop",
                 "",
                 true,
                 Bottleneck::memory_latency,
                 Detail::strided,
                 0.91,
                 3.21,
                 {Remedy::reorder_accesses, Remedy::spread_work}},
                {"ikj",
                 "the inner loop along the rows",
                 "ijk",
                 true,
                 Bottleneck::compute,
                 Detail::scalar,
                 0.97,
                 0.9,
                 {Remedy::vectorize}}};
  demo.notes = {"of ikj the diagnosis recommends vectorize; simd does vectorize: not rerun"};
  report.demo = demo;
  report.verifications = {a_held_one(), an_unpromised_one(), a_bound(), a_missed_one()};
  return report;
}

}  // namespace bottleneck
