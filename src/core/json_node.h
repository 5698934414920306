// One value of a foreign JSON file with the way to it, and what may be read out of it: a wrong
// type, a number that does not fit or a foreign word is refused by its path. Below the decoders of
// the saved file (json_decode.cpp, json_demo.cpp); it knows no noun. Whether a number makes sense
// is checked elsewhere.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "src/core/json_profile.h"
#include "src/core/words.h"

namespace bottleneck {

/// A value of the file with the way to it, for the message.
struct Node {
  const nlohmann::json& value;
  std::string path;

  [[noreturn]] void refuse(std::string_view wanted) const {
    throw BadField(fmt::format("{}: {} expected", path, wanted));
  }
  Node member(const char* key) const {
    if (!value.is_object()) refuse("an object");
    const auto found = value.find(key);
    if (found == value.end()) throw BadField(fmt::format("{}: \"{}\" is missing", path, key));
    return {*found, path + "." + key};
  }
  Node element(std::size_t index) const {
    return {value[index], fmt::format("{}[{}]", path, index)};
  }
};

inline void decode(const Node& node, bool& into) {
  if (!node.value.is_boolean()) node.refuse("true or false");
  into = node.value.get<bool>();
}

inline void decode(const Node& node, int& into) {
  if (!node.value.is_number_integer()) node.refuse("a whole number");
  constexpr auto largest = std::numeric_limits<int>::max();
  const bool fits = node.value.is_number_unsigned()
                        ? node.value.get<std::uint64_t>() <= static_cast<std::uint64_t>(largest)
                        : node.value.get<std::int64_t>() >= std::numeric_limits<int>::min();
  if (!fits) node.refuse("a smaller number");
  into = node.value.get<int>();
}

inline void decode(const Node& node, std::uint64_t& into) {
  if (!node.value.is_number_unsigned()) node.refuse("a whole number of at least 0");
  into = node.value.get<std::uint64_t>();
}

inline void decode(const Node& node, std::int64_t& into) {
  if (!node.value.is_number_integer()) node.refuse("a whole number");
  if (node.value.is_number_unsigned() &&
      node.value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    node.refuse("a smaller number");
  into = node.value.get<std::int64_t>();
}

/// The small ones: registers, widths, counters.
template <std::integral T>
inline void decode(const Node& node, T& into) {
  std::int64_t whole = 0;
  decode(node, whole);
  if (!std::in_range<T>(whole)) node.refuse("a number of fewer digits");
  into = static_cast<T>(whole);
}

inline void decode(const Node& node, double& into) {
  if (!node.value.is_number()) node.refuse("a number");
  into = node.value.get<double>();
}

inline void decode(const Node& node, std::string& into) {
  if (!node.value.is_string()) node.refuse("a text");
  into = node.value.get<std::string>();
}

template <typename T>
inline void decode(const Node& node, std::optional<T>& into) {
  if (node.value.is_null()) {
    into.reset();
  } else {
    decode(node, into.emplace());
  }
}

template <typename T>
inline void decode(const Node& node, std::vector<T>& into) {
  if (!node.value.is_array()) node.refuse("a list");
  for (std::size_t i = 0; i < node.value.size(); ++i) decode(node.element(i), into.emplace_back());
}

template <typename Enum>
Enum decode_word(const Node& node) {
  if (!node.value.is_string()) node.refuse("a word");
  const std::optional<Enum> found = find_named<Enum>(node.value.get_ref<const std::string&>());
  if (!found) throw BadField(node.path + ": not a word of this version");
  return *found;
}

}  // namespace bottleneck
