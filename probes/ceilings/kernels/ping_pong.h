// Two threads that wait for each other, and as the first case of it a byte that goes to and fro
// between them over a pair of channels: pipes or a connection. It times whole round trips; which
// CPUs the threads run on is the caller's choice.
#pragma once

#include <array>
#include <functional>
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

/// CPUs to pin the near and the far thread to.
using Sides = std::array<int, 2>;

/// Seconds of wall-clock time that each repeat of `near` took while `far` ran, each on a thread of
/// its own. `end` makes `far` return, whatever it waits for. Errors: throws Unavailable if one
/// cannot be pinned, std::system_error if one cannot be started.
std::vector<double> time_two_sides(double seconds, Sides, const std::function<void()>& near,
                                   const std::function<void()>& far,
                                   const std::function<void()>& end);

/// Seconds of wall-clock time per round trip, each a mean of some. Errors: throws Unavailable.
std::vector<double> time_round_trips(double seconds, Channels, Sides);

}  // namespace bottleneck::ceilings
