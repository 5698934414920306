// Runs a program with the preloaded sampler, or without for comparison, and collects what came out:
// its status, its standard output, and the samples by thread. For the live tests of this folder.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace bottleneck::inject {

struct ThreadSamples {
  std::uint64_t periods = 0;
  std::size_t longest_chain = 0;
  std::set<std::uint32_t> pids;
};

struct Observed {
  int status = -1;  ///< as wait gives it
  std::string output;
  std::map<std::uint32_t, ThreadSamples> threads;
  std::uint64_t lost = 0, processes = 0, without_timer = 0;

  /// The numbers behind "thread " in the output: who has to have been sampled.
  std::vector<std::uint32_t> announced() const;
  /// The output without those lines, to compare with another run.
  std::string rest_of_output() const;
};

Observed run_sampled(const std::vector<std::string>& words);
Observed run_alone(const std::vector<std::string>& words);

}  // namespace bottleneck::inject
