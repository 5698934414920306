// A fake /proc and /sys under a temporary directory, which goes away with it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "probes/system.h"

namespace bottleneck {

class FakeRoot {
 public:
  FakeRoot() {
    std::string name = (std::filesystem::temp_directory_path() / "bottleneck-root-XXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~FakeRoot() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;

  System system() const { return System{root_}; }
  /// Writes in place, as /proc does: a file that is kept open sees the new text.
  FakeRoot& put(const std::string& absolute, std::string_view text) {
    const std::filesystem::path path = root_ + absolute;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::trunc) << text;
    return *this;
  }

 private:
  std::string root_;
};

}  // namespace bottleneck
