// What /proc/self and the control groups' files say, of every kernel and container: the input holds
// the files one behind the other, apart by "---\n".
#include <filesystem>
#include <fstream>

#include "probes/machine/cgroup.h"
#include "probes/system.h"
#include "tests/fuzz/fuzz_input.h"

using namespace bottleneck;

namespace {

constexpr const char* files[] = {"proc/self/cgroup",
                                 "proc/self/mountinfo",
                                 "sys/fs/cgroup/a/cpu.max",
                                 "sys/fs/cgroup/a/memory.max",
                                 "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us",
                                 "sys/fs/cgroup/cpu/a/cpu.cfs_period_us",
                                 "sys/fs/cgroup/memory/a/memory.limit_in_bytes"};

/// A root of our own in memory, gone with the process.
struct Root {
  std::filesystem::path path;
  Root() {
    std::string name = "/dev/shm/bottleneck_fuzz.XXXXXX";
    path = mkdtemp(name.data());
    for (const char* file : files) std::filesystem::create_directories((path / file).parent_path());
  }
  ~Root() { std::filesystem::remove_all(path); }
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Root root;
  std::string_view rest = text_of(data, size);
  for (const char* file : files) {
    const std::size_t end = rest.find("---\n");
    std::ofstream(root.path / file, std::ios::binary) << rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 4);
  }
  const System system{root.path};
  for (const char* controller : {"cpu", "memory"}) {
    const CgroupPath path = cgroup_path(system, controller);
    cpu_quota(system, path);
    throttling_directories(system, path);
    memory_limit(system, path);
  }
  unified_cgroup_path(system, own_membership(system));
  return 0;
}
