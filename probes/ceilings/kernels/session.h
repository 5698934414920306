// Measures the figures that are asked for, each once a round, and tells them. It shares out the
// time, keeps what was measured for figures that are computed from others, and holds a value
// against what is physically possible. Used by main.cpp alone, and by the tests.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "probes/ceilings/kernels/figure.h"
#include "probes/ceilings/kernels/memory_pool.h"
#include "probes/ceilings/kernels/surroundings.h"

namespace bottleneck::ceilings {

struct Request {
  bool full = false;
  std::vector<std::string> names;  ///< beginnings of names; empty: all of the set
  std::string directory;           ///< "" = storage is not measured
  double budget_s = 5;
};

class Session {
 public:
  using Teller = std::function<void(const Measurement&, double seconds)>;
  Session(Surroundings, Request, Teller, Figures);

  /// All that is asked for, until the budget is used up.
  void run();

  /// The figure of that name, measured now if it was not yet in this round.
  Measurement figure(const std::string& name);
  /// Hertz that no slice of this machine exceeds; infinity where the clock could not be measured.
  double highest_clock();
  const Surroundings& around() const { return around_; }
  const Request& request() const { return request_; }
  /// The memory that streams are measured in; made at first use. Errors: throws Unavailable.
  MemoryPool& pool();

  const Figures& figures() const { return figures_; }
  bool is_wanted(const Figure&) const;

 private:
  struct Kept {
    std::vector<std::vector<double>> rounds;
    Measurement measurement;
    int round = 0;  ///< of the last measuring
  };
  double time_for(const Figure&) const;
  Measurement measure(const Figure&);
  Measurement conclude(const std::string& name, const Samples&);

  Surroundings around_;
  Request request_;
  Teller tell_;
  Figures figures_;
  std::map<std::string, Kept> kept_;
  std::unique_ptr<MemoryPool> pool_;
  double started_;
  int round_ = 0;
  double scale_ = 1;  ///< of the time that figures want
};

/// Those of all topics.
Figures all_figures(const Surroundings&);

}  // namespace bottleneck::ceilings
