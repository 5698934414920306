#include "src/core/words.h"

#include <array>

namespace bottleneck {
namespace {

template <typename Enum>
using Words = std::array<std::string_view, static_cast<std::size_t>(word_count<Enum>)>;

constexpr Words<Unit> unit_words = {"seconds",          "bytes", "count",          "hertz",
                                    "bytes_per_second", "ratio", "flop_per_second"};
constexpr Words<ProbeStatus> status_words = {"available", "degraded", "unavailable"};
constexpr Words<Tier> tier_words = {"A", "B1", "B2", "C", "D"};
constexpr Words<Activity> activity_words = {"user",       "syscall",       "page_fault",
                                            "file_fault", "process",       "context_switch",
                                            "interrupt",  "unknown_kernel"};
constexpr Words<Role> role_words = {"work", "spin", "lock"};
constexpr Words<Operation> operation_words = {
    "other",    "move",      "move_sign", "address",    "add",         "subtract",
    "bit_and",  "bit_or",    "bit_xor",   "shift_left", "shift_right", "shift_signed",
    "multiply", "increment", "decrement", "negate",     "complement"};
constexpr Words<Operand::Kind> operand_words = {"none", "reg", "immediate", "memory"};
constexpr Words<Arithmetic> arithmetic_words = {"none", "integer", "scalar_float", "packed_float",
                                                "packed_integer"};
constexpr Words<Claim> claim_words = {"bound", "conditional", "expected", "verified"};
constexpr Words<Family> family_words = {"parallelize", "vectorize", "chunk",  "io", "lock",
                                        "threads",     "algorithm", "system", "gpu"};
constexpr Words<Outcome> outcome_words = {"held",           "optimistic", "pessimistic",
                                          "inconclusive",   "no_effect",  "harmful",
                                          "not_equivalent", "not_tested"};

}  // namespace

std::string_view to_string(Unit unit) { return unit_words.at(static_cast<std::size_t>(unit)); }
std::string_view to_string(ProbeStatus word) {
  return status_words.at(static_cast<std::size_t>(word));
}
std::string_view to_string(Tier tier) { return tier_words.at(static_cast<std::size_t>(tier)); }
std::string_view to_string(Activity word) {
  return activity_words.at(static_cast<std::size_t>(word));
}
std::string_view to_string(Role role) { return role_words.at(static_cast<std::size_t>(role)); }
std::string_view to_string(Operation word) {
  return operation_words.at(static_cast<std::size_t>(word));
}
std::string_view to_string(Operand::Kind word) {
  return operand_words.at(static_cast<std::size_t>(word));
}
std::string_view to_string(Arithmetic word) {
  return arithmetic_words.at(static_cast<std::size_t>(word));
}
std::string_view to_string(Claim claim) { return claim_words.at(static_cast<std::size_t>(claim)); }
std::string_view to_string(Outcome word) {
  return outcome_words.at(static_cast<std::size_t>(word));
}
std::string_view to_string(Family word) { return family_words.at(static_cast<std::size_t>(word)); }

}  // namespace bottleneck
