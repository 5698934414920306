// A measured number, or why there is none. Absence is data: never 0, never NaN, never a dropped
// row.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace bottleneck {

enum class Unit { seconds, bytes, count, hertz, bytes_per_second, ratio, flop_per_second };

/// A number in SI base units with its 95 % interval; low == high when it is exact. Never scaled.
struct Quantity {
  double value = 0;
  double low = 0;
  double high = 0;
  Unit unit = Unit::count;
  bool operator==(const Quantity&) const = default;
};

inline Quantity exactly(double value, Unit unit) { return {value, value, value, unit}; }

/// Why a number is missing, shown to the user word for word. `remedy` is a line to paste, or empty.
struct Unavailable {
  std::string reason;
  std::string remedy;
  bool operator==(const Unavailable&) const = default;
};

struct Measurement {
  std::string name;  ///< dotted, broad to narrow: "cpu.cycles"; unique in a Profile
  std::variant<Quantity, Unavailable> result;
  std::string source;     ///< "perf_event:cycles:u", "/proc/PID/io"
  double coverage = 1.0;  ///< time_running / time_enabled, 0..1
  bool operator==(const Measurement&) const = default;
};

/// The measurement of that name if it is there and has a value.
std::optional<double> value_of(const std::vector<Measurement>&, const std::string& name);

enum class ProbeStatus { available, degraded, unavailable };

/// What one probe could see in this run (or could see here: `doctor`).
struct ProbeState {
  std::string name;  ///< "perf.sampler"
  ProbeStatus status = ProbeStatus::unavailable;
  std::string reason;  ///< what is lacking and why; empty if available
  std::string remedy;  ///< a line to paste; may be empty
  std::string detail;  ///< what it does here: "997 Hz, user and kernel, registers"
  bool operator==(const ProbeState&) const = default;
};

}  // namespace bottleneck
