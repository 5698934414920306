// The decisions of a demo, pure: which variants a diagnosis leads to, what is promised of each
// before its rerun, and whether diagnosis and promises were right. Inside demo.cpp, which runs
// them. It predicts nothing: predictions are those of the Report.
#pragma once

#include <string>
#include <vector>

#include "src/analysis/verify.h"
#include "src/core/report.h"
#include "src/core/residual.h"
#include "src/core/workload.h"

namespace bottleneck {

enum class Breadth {
  recommended,  ///< nothing that the diagnosis does not recommend
  path,         ///< beside that, a better algorithm, which no profile could recommend
  all
};

/// Of the variants that change `after`: what is recommended highest (of a control whatever is
/// recommended, to see it fail), or all.
std::vector<DemoVariant> choose_variants(const DemoDescription&, const std::string& after,
                                         const std::vector<Recommendation>&, Breadth);

/// What the diagnosis of `after` recommended, where variants of it are there and none was chosen.
std::string say_nothing_chosen(const DemoDescription&, const std::string& after,
                               const std::vector<Recommendation>&);

/// The promise of the highest recommendation that the variant carries out, or why there is none.
/// `claim` is "bound" where the figure is one.
Promise promise_for(const DemoVariant&, const std::vector<Recommendation>&);

/// With the interval that earlier predictions of other workloads ask for.
void calibrate_promise(Promise&, const std::vector<Residual>&, const std::string& workload);

/// What observing its devices cost the profiled run, against reruns that nobody observed; "" where
/// it used none.
std::string say_tracing(const Profile&, const Trial& untraced);

/// A bound is no prediction: it holds unless more was measured.
void judge_bound(Verification&);

/// That completing was promised: there is no figure to say it.
void name_rescue(Verification&, const Promise&);

/// "" the diagnosis of the baseline is one of those that are right.
std::string judge_diagnosis(const DemoDescription&, const Verdict&);

/// "" fine; else which promise of a control, of which none comes true, was made.
/// What was measured among others' load is shown, and neither holds nor refutes. `noise` as
/// ExperimentResult has it; "" fine.
void judge_noise(Verification&, const std::string& noise);

std::string judge_control(const std::vector<Recommendation>&, const std::vector<Verification>&);

/// What the advised size of a piece gave beside the other sizes that were rerun after the same
/// variant; "" where no other was.
std::string compare_pieces(const DemoDescription&, const std::vector<Verification>&,
                           std::size_t piece_bytes, const std::string& after);

/// "compute, scalar": what limits by this verdict.
std::string name_limit(const Verdict&);

}  // namespace bottleneck
