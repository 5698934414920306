// Processes that see other files than we do, below a fake /proc.
#pragma once

#include <filesystem>
#include <string>

#include "tests/unit/system/fake_root.h"

namespace bottleneck {

/// Processes with links to their namespaces and roots below a fake /proc.
struct Views {
  FakeRoot root;
  Views() { add("self", "mnt:[1]", "/"); }
  void add(const std::string& pid, const std::string& space, const std::string& top) {
    link("/proc/" + pid + "/ns/mnt", space);
    link("/proc/" + pid + "/root", top);
  }
  void end(const std::string& pid) {
    std::filesystem::remove_all(root.system().path("/proc/" + pid));
  }
  std::string inside(const std::string& path) const { return root.system().path(path); }

 private:
  void link(const std::string& name, const std::string& target) {
    const std::filesystem::path path = root.system().path(name);
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::create_symlink(target, path);
  }
};

}  // namespace bottleneck
