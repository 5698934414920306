// A line of /proc/PID/stat as the kernel writes it, for a fake /proc.
#pragma once

#include <cstdint>
#include <string>

namespace bottleneck {

struct StatText {
  int pid = 10;
  std::string name = "p";
  char state = 'R';
  int parent = 1;
  std::uint64_t minor = 0, reaped_minor = 0, user = 0, reaped_user = 0, start = 77;
  std::string text() const {
    return std::to_string(pid) + " (" + name + ") " + state + " " + std::to_string(parent) +
           " 1 1 0 -1 4194560 " + std::to_string(minor) + " " + std::to_string(reaped_minor) +
           " 0 0 " + std::to_string(user) + " 0 " + std::to_string(reaped_user) + " 0 20 0 1 0 " +
           std::to_string(start) + " 1000 5 18446744073709551615\n";
  }
};

}  // namespace bottleneck
