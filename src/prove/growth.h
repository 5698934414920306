// How a program's time grows with its input, from two sizes: the hint that a better algorithm is
// there to be found, which no profile of one size can give. Pure. Its place: beside a demo's
// baseline (demo.cpp), whose workload can be had at any size.
#pragma once

#include <cstdint>
#include <string>

namespace bottleneck {

/// One run of the same program.
struct SizedRun {
  double cpu_s = 0;
  std::uint64_t input_bytes = 0;
};

/// The power of the input that the time grows with; 0 where two runs are too short, or too near
/// each other, to tell.
double growth_of(const SizedRun& small, const SizedRun& large);

/// "" where the time grows no faster than the input.
std::string say_growth(const SizedRun& small, const SizedRun& large);

}  // namespace bottleneck
