// The Profile as a JSON value and back; between json.cpp (the file around it) and json_fields.h
// (the rows). Tables with many rows are columns: {"rows": 2, "window": [0, 1], "seconds": [0.01,
// 0.005]}. Times are written rounded to 1e-6 s, which is finer than any probe sees; what was read
// back is written again byte for byte.
#pragma once

#include <cassert>
#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "src/core/profile.h"

namespace bottleneck {

/// Keeps the order of writing, so that a diff of two files reads well.
using Json = nlohmann::ordered_json;

Json encode_profile(const Profile&);

/// Errors: throws BadField where a field is missing, of another type or holds a foreign word.
/// It does not look at ranges and indices: check_profile does.
Profile decode_profile(const nlohmann::json&);

/// Errors: throws BadField for indices that point nowhere, negative or absurd times and sizes.
void check_profile(const Profile&);

Json encode_measurement(const Measurement&);
/// `path` stands in the message. Errors: throws BadField.
Measurement decode_measurement(const nlohmann::json&, const std::string& path);

/// A field of a saved file that cannot be so. `what()` is its path and what is wrong with it.
struct BadField : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Needs: a finite number; JSON has no other. A NaN here is a bug of whoever computed it.
inline double finite(double value) {
  assert(std::isfinite(value));
  return value;
}

/// To 1e-6: beyond that a time is noise, and its digits are a third of the file.
inline double rounded_time(double seconds) {
  constexpr double steps_per_second = 1e6;
  constexpr double largest = 1e9;  // above it a double has no digit left behind 1e-6
  if (std::abs(seconds) > largest) return finite(seconds);
  return std::round(finite(seconds) * steps_per_second) / steps_per_second + 0.0;  // never -0.0
}

/// To 1e-9: of devices, whose shortest operations last for a microsecond.
inline double rounded_to_nanoseconds(double seconds) {
  constexpr double steps_per_second = 1e9;
  constexpr double largest = 1e6;
  if (std::abs(seconds) > largest) return finite(seconds);
  return std::round(finite(seconds) * steps_per_second) / steps_per_second + 0.0;
}

}  // namespace bottleneck
