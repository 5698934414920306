// A kernel whose functions lie where the tests want them: addresses for names, through a fake
// /proc/kallsyms.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "probes/code/kernel_symbols.h"
#include "tests/unit/system/fake_root.h"

namespace bottleneck::sched {

class NamedKernel {
 public:
  explicit NamedKernel(std::vector<std::string> names) : names_(std::move(names)) {}

  KernelSymbols symbols() const {
    FakeRoot root;
    std::string text;
    for (const std::string& name : names_)
      text += fmt::format("{:016x} t {}\n", address(name) & ~std::uint64_t{0xff}, name);
    root.put("/proc/kallsyms", text);
    return KernelSymbols::load(root.system(), "");
  }
  /// Somewhere in that function. Needs: it is one of the names.
  std::uint64_t address(const std::string& name) const {
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (names_[i] == name) return 0xffffffff81000000 + 0x100 * i + 0x10;
    throw std::out_of_range(name);
  }
  std::vector<std::uint64_t> chain(const std::vector<std::string>& leaf_first) const {
    std::vector<std::uint64_t> addresses;
    for (const std::string& name : leaf_first) addresses.push_back(address(name));
    return addresses;
  }

 private:
  std::vector<std::string> names_;
};

}  // namespace bottleneck::sched
