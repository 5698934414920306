// A byte that goes to and fro between two threads over a pair of channels: pipes or a connection.
// It times whole round trips; which CPUs the threads run on is the caller's choice.
#pragma once

#include <array>
#include <vector>

#include "src/core/fd.h"

namespace bottleneck::ceilings {

/// What each side writes to and reads from. Two ends of one connection are there twice.
struct Channels {
  Fd near_in, near_out, far_in, far_out;
};

/// Errors: throws Unavailable; so does make_connection where there is no loopback.
Channels make_pipes();
Channels make_connection();

/// CPUs to pin the near and the far thread to; negative = wherever the kernel puts it.
using Sides = std::array<int, 2>;

/// Seconds of wall-clock time per round trip, each a mean of some. Errors: throws Unavailable.
std::vector<double> time_round_trips(double seconds, Channels, Sides);

}  // namespace bottleneck::ceilings
