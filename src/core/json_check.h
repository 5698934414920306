// What the checks of a saved profile are made of (json_check.cpp, json_gpu.cpp): a row of a table
// that says by table, row and field what cannot be so. It knows no noun.
#pragma once

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "src/core/json_profile.h"

namespace bottleneck {

inline constexpr double longest_s = 1e9;  // 31 years
/// Above every size and rate there is, so low that what is computed from two of them is a number.
inline constexpr double largest_quantity = 1e24;
/// The kernel's limit of process ids.
inline constexpr int most_threads_at_once = 1 << 22;

inline void require(bool holds, std::string_view path, std::string_view problem) {
  if (!holds) throw BadField(fmt::format("profile.{}: {}", path, problem));
}

/// Checks one row of a table; the message names table, row and field.
class Row {
 public:
  Row(std::string_view table, std::size_t index) : table_(table), index_(index) {}

  void index(const char* field, int value, std::size_t size, bool may_be_unknown = false) const {
    if (may_be_unknown && value == -1) return;
    if (value >= 0 && static_cast<std::size_t>(value) < size) return;
    fail(field, fmt::format("{} points nowhere, there are {}", value, size));
  }
  void span(const char* field, double seconds) const {
    if (seconds >= 0 && seconds <= longest_s) return;
    fail(field, fmt::format("{} is no possible time", seconds));
  }
  void time(const char* field, double seconds) const {
    if (seconds >= -longest_s && seconds <= longest_s) return;
    fail(field, fmt::format("{} is no possible time", seconds));
  }
  void count(const char* field, int value, int low, int high) const {
    if (value >= low && value <= high) return;
    fail(field, fmt::format("{} is not within {} and {}", value, low, high));
  }
  void size(const char* field, std::size_t value, std::size_t most) const {
    if (value <= most) return;
    fail(field, fmt::format("{} are more than {}", value, most));
  }
  void quantity(const char* field, double value) const {
    if (std::abs(value) <= largest_quantity) return;
    fail(field, fmt::format("{} is no possible quantity", value));
  }
  void rate(const char* field, double value) const {
    if (value >= 0 && value <= largest_quantity) return;
    fail(field, fmt::format("{} is no possible rate", value));
  }
  void share(const char* field, double value) const {
    if (value >= 0 && value <= 1) return;
    fail(field, fmt::format("{} is not within 0 and 1", value));
  }

 private:
  [[noreturn]] void fail(const char* field, const std::string& problem) const {
    throw BadField(fmt::format("profile.{}[{}].{}: {}", table_, index_, field, problem));
  }

  std::string_view table_;
  std::size_t index_;
};

template <typename T, typename Check>
void check_each(std::string_view table, const std::vector<T>& rows, Check check) {
  for (std::size_t i = 0; i < rows.size(); ++i) check(Row(table, i), rows[i]);
}

}  // namespace bottleneck
