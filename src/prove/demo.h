// One demo from its description to its proof: profile variant k, take from its recommendations the
// one that the next variant carries out, freeze the prediction, rerun interleaved, verify. Its
// place: below `bottleneck demo`. The diagnosis is told nothing: the profile is that of any
// program; what the workload says of itself is used for choosing variants and for judging.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "src/core/report.h"
#include "src/core/workload.h"
#include "src/launch/collect.h"

namespace bottleneck {

/// What a shell says of a program that Ctrl-C ended.
inline constexpr int exit_interrupted = 130;

/// Every workload beside the executable (workloads/NAME/NAME in a build tree, else
/// lib/bottleneck/workloads/NAME), by name. Errors: throws Error where there is none, where one
/// does not answer, and (130) when we were asked to end.
std::vector<DemoDescription> find_demos();

/// Their names alone: nothing is started. Errors: throws Error where there is none.
std::vector<std::string> list_demos();

/// At this size; 0 is its default, or its quick one; started with this in its environment. Errors:
/// throws Error (2) for a name that is none and a size that it does not take.
DemoDescription describe_demo(const std::string& name, std::size_t size, bool quick,
                              const std::vector<std::string>& environment = {});

/// What the workloads of accelerators are to be started with so that our stand-in for a driver
/// answers them. Errors: throws Error where it is not installed.
std::vector<std::string> simulated_environment();

/// Errors: throws Error where no device answers it, and (2) where `simulate` was asked for and it
/// uses none.
void check_device(const DemoDescription&, bool simulate);

/// Errors: throws Error with too little memory, or disk in the folder of the data, for its size.
void check_room(const DemoDescription&, const System&);

struct DemoOptions {
  bool all_variants = false;
  bool quick = false;     ///< the recommended variant only, 5 pairs
  std::string freeze;     ///< directory for frozen predictions; "" the cache's
  std::string residuals;  ///< file of earlier residuals; "" the cache's
  int blocks = 0;         ///< 0: 5 quick, else up to 10
  ProbeOptions probes;
  std::function<void(Profile&)> add_ceilings;  ///< may be empty: published figures
};

/// The baseline's Report with Report::demo and Report::verifications. An interrupt ends it with
/// what was measured. Errors: throws Error where a variant fails that should not.
Report run_demo(const DemoDescription&, const DemoOptions&, const System&,
                const std::function<void(const std::string& step)>& progress);

}  // namespace bottleneck
