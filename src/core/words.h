// The words of the enumerators of measurement.h, profile.h and report.h, and for every enum of the
// core how many words it has: one spelling in the saved file, its schema and the reports. The words
// of classes.h and waits.h are declared there. It explains nothing: what a word means stands beside
// its enumerator.
#pragma once

#include <optional>
#include <string_view>

#include "src/core/report.h"

namespace bottleneck {

std::string_view to_string(Unit);
std::string_view to_string(ProbeStatus);
std::string_view to_string(Tier);
std::string_view to_string(Activity);
std::string_view to_string(Role);
std::string_view to_string(Operation);
std::string_view to_string(Operand::Kind);
std::string_view to_string(Arithmetic);
std::string_view to_string(Claim);
std::string_view to_string(Family);

/// How many enumerators there are; they are numbered from 0 without gaps.
template <typename Enum>
inline constexpr int word_count = 0;
template <>
inline constexpr int word_count<Unit> = static_cast<int>(Unit::flop_per_second) + 1;
template <>
inline constexpr int word_count<ProbeStatus> = static_cast<int>(ProbeStatus::unavailable) + 1;
template <>
inline constexpr int word_count<Tier> = static_cast<int>(Tier::D) + 1;
template <>
inline constexpr int word_count<Activity> = static_cast<int>(Activity::unknown_kernel) + 1;
template <>
inline constexpr int word_count<Role> = static_cast<int>(Role::lock) + 1;
template <>
inline constexpr int word_count<Operation> = static_cast<int>(Operation::complement) + 1;
template <>
inline constexpr int word_count<Operand::Kind> = static_cast<int>(Operand::Kind::memory) + 1;
template <>
inline constexpr int word_count<Arithmetic> = static_cast<int>(Arithmetic::packed_integer) + 1;
template <>
inline constexpr int word_count<Claim> = static_cast<int>(Claim::verified) + 1;
template <>
inline constexpr int word_count<Family> = static_cast<int>(Family::gpu) + 1;
template <>
inline constexpr int word_count<Remedy> = remedy_count;
template <>
inline constexpr int word_count<Outcome> = outcome_count;
template <>
inline constexpr int word_count<WaitKind> = wait_kind_count;
template <>
inline constexpr int word_count<Peer> = static_cast<int>(Peer::nothing) + 1;
template <>
inline constexpr int word_count<GpuSource> = static_cast<int>(GpuSource::opencl) + 1;
template <>
inline constexpr int word_count<GpuKind> = static_cast<int>(GpuKind::overhead) + 1;
template <>
inline constexpr int word_count<GpuMemory> = static_cast<int>(GpuMemory::managed) + 1;
template <>
inline constexpr int word_count<Bottleneck> = bottleneck_count;
template <>
inline constexpr int word_count<Detail> = static_cast<int>(Detail::setup) + 1;
template <>
inline constexpr int word_count<Parallelism> = static_cast<int>(Parallelism::serial) + 1;
template <>
inline constexpr int word_count<Confidence> = static_cast<int>(Confidence::strong) + 1;

/// The enumerator of that word; none for foreign words.
template <typename Enum>
std::optional<Enum> find_named(std::string_view word) {
  static_assert(word_count<Enum> > 0);
  for (int i = 0; i < word_count<Enum>; ++i) {
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace bottleneck
