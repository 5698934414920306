// Machine code for tests, written as the hex digits that objdump shows.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "probes/code/hot_loops.h"

namespace bottleneck {

inline std::vector<std::uint8_t> machine_code(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  std::string digits;
  for (const char c : hex) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return bytes;
}

/// Where the code of these tests lies.
inline constexpr std::uint64_t code_address = 0x401000;

inline DecodedFunction decoded(std::string_view hex) {
  return decode_function(machine_code(hex), code_address);
}

/// The only instruction there.
inline Instruction decoded_one(std::string_view hex) {
  DecodedFunction function = decoded(hex);
  if (function.instructions.size() != 1) throw std::logic_error("not one instruction");
  return function.instructions.front();
}

}  // namespace bottleneck
