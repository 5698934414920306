#include "reports/latency_ladder.h"

#include <array>

#include <fmt/format.h>

namespace bottleneck {
namespace {

constexpr double megabyte = 1e6;
constexpr double nowhere = 0;  // not in the textbook's table

struct Step {
  std::string_view what;
  double textbook_s;
  std::string_view ceiling;  ///< what measures it; "" = cannot be measured on one machine
  double amount;             ///< bytes or operations at the ceiling's rate; 0 = it is a time
  bool first;
};

/// Source: Jeff Dean and Peter Norvig, "Latency numbers every programmer should know" (2012). Rows
/// without a textbook's figure are ours: what the other ceilings of this program say.
constexpr std::array steps = {
    Step{"L1 cache", 0.5e-9, "latency.l1", 0, true},
    Step{"branch mispredicted", 5e-9, "", 0, false},
    Step{"L2 cache", 7e-9, "latency.l2", 0, true},
    Step{"mutex locked and unlocked", 25e-9, "", 0, true},
    Step{"L3 cache", nowhere, "latency.l3", 0, false},
    Step{"main memory", 100e-9, "latency.dram", 0, true},
    Step{"system call", nowhere, "call.system", 0, false},
    Step{"cache line from another CPU", nowhere, "lock.line_handoff", 0, false},
    Step{"mutex handed to another thread", nowhere, "lock.handoff", 0, false},
    Step{"page fault, 4 KB", nowhere, "fault.small", 0, false},
    Step{"1 KB compressed", 3e-6, "", 0, false},
    Step{"switch to another thread", nowhere, "switch.context", 0, false},
    Step{"pipe, there and back", nowhere, "pipe.round_trip", 0, false},
    Step{"1 KB over a 1 Gbit/s network", 10e-6, "", 0, false},
    Step{"loopback socket, there and back", nowhere, "loopback.round_trip", 0, false},
    Step{"thread created and joined", nowhere, "thread.create_join", 0, false},
    Step{"4 KB at random from an SSD", 150e-6, "storage.random_read_iops_qd1", 1, true},
    Step{"1 MB in order from memory", 250e-6, "memory.read_1", megabyte, true},
    Step{"process started (fork, exec)", nowhere, "process.fork_exec", 0, false},
    Step{"round trip in a datacenter", 500e-6, "", 0, true},
    Step{"1 MB in order from an SSD", 1e-3, "storage.sequential_read_qd1", megabyte, true},
    Step{"file made safe (fsync)", nowhere, "storage.fsync", 0, false},
    Step{"seek of a spinning disk", 10e-3, "", 0, true},
    Step{"1 MB in order from a disk", 20e-3, "", 0, false},
    Step{"packet to another continent and back", 150e-3, "", 0, true},
};

std::optional<double> time_here(const Step& step, const std::vector<Measurement>& ceilings) {
  const auto value = value_of(ceilings, std::string(step.ceiling));
  if (!value || *value <= 0) return std::nullopt;
  return step.amount > 0 ? step.amount / *value : *value;
}

struct Word {
  double seconds;
  const char* one;
  const char* many;
};

constexpr std::array words = {Word{365.25 * 86'400, "year", "years"}, Word{86'400, "day", "days"},
                              Word{3600, "hour", "hours"}, Word{60, "min", "min"},
                              Word{1, "s", "s"}};

/// One decimal below ten, and none where it would be 0.
std::string shorten(double value) {
  constexpr double one_decimal_below = 9.95;
  std::string text = fmt::format("{:.{}f}", value, value < one_decimal_below ? 1 : 0);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

std::vector<Rung> climb_ladder(const std::vector<Measurement>& ceilings) {
  std::vector<Rung> rungs;
  for (const Step& step : steps) {
    Rung rung{step.what, std::nullopt, time_here(step, ceilings), step.first};
    if (step.textbook_s > 0) rung.textbook_s = step.textbook_s;
    if (rung.textbook_s || rung.here_s) rungs.push_back(rung);
  }
  return rungs;
}

std::string format_human_time(double seconds) {
  constexpr double scale = 1e9;            // 1 ns becomes 1 s
  constexpr double rounds_to_one = 0.995;  // "60 s" is a minute
  const double scaled = seconds * scale;
  for (const Word& word : words) {
    if (scaled < word.seconds * rounds_to_one) continue;
    const std::string number = shorten(scaled / word.seconds);
    return fmt::format("{} {}", number, number == "1" ? word.one : word.many);
  }
  return fmt::format("{:.2g} s", scaled);
}

}  // namespace bottleneck
