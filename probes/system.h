// The world below one root, so that tests can give probes a fake /proc and /sys. Reads only.
#pragma once

#include <optional>
#include <string>

namespace bottleneck {

/// `path` is absolute as on a real machine ("/proc/stat"); `root` is put in front of it.
struct System {
  std::string root;
  std::string path(const std::string& absolute) const { return root + absolute; }
  /// The whole file; nullopt if it cannot be opened or read (errno is left set).
  std::optional<std::string> read(const std::string& absolute) const;
  /// The target of a symbolic link; nullopt if it is none.
  std::optional<std::string> read_link(const std::string& absolute) const;
};

}  // namespace bottleneck
