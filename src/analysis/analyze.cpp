#include "src/analysis/analyze.h"

#include "src/analysis/verdict.h"

namespace bottleneck {

Report analyze(Profile profile) {
  const Counters counters{profile};
  const Evidence evidence = derive(profile, counters);
  Report report;
  report.shares = shares_of(profile, evidence);
  report.verdict = judge(evidence, report.shares, report.phases);
  if (report.verdict.idle) report.busy_shares = busy_shares_of(evidence);
  report.profile = std::move(profile);
  return report;
}

}  // namespace bottleneck
