// Names as programmers wrote them, from names as linkers see them: C++, Rust (legacy and v0).
// Bounded in length and in time, because names come from files that nobody vouches for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bottleneck {

/// Longer names end in "...". Templates can make names of megabytes; nobody reads more than this.
inline constexpr std::size_t longest_name = 4096;

/// The readable name; the given one where it is not mangled or not understood.
std::string demangle(std::string_view mangled);

}  // namespace bottleneck
