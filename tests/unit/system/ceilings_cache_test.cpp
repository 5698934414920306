#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/ceilings/cache.h"
#include "tests/unit/system/fake_root.h"

namespace bottleneck {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Cache : public ::testing::Test {
 protected:
  Cache() {
    root_.put("/proc/cpuinfo", "model name\t: A\nmicrocode\t: 0x1\nflags\t\t: sse\n")
        .put("/proc/sys/kernel/osrelease", "6.1\n")
        .put("/proc/sys/kernel/random/boot_id", "one\n")
        .put("/sys/fs/cgroup/cpu.max", "100000 100000\n")
        .put("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n")
        .put("/proc/self/cgroup", "0::/\n")
        .put("/proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
        .put("/proc/self/status", "Cpus_allowed_list:\t0-1\n")
        .put("/sys/devices/system/cpu/online", "0-3\n")
        .put("/proc/self/limits", "Max address space  unlimited unlimited bytes\n")
        .put("/proc/meminfo", "MemTotal:  1000 kB\n");
    path_ = root_.system().path("/cache/bottleneck/ceilings.json");
    set_.fingerprint = now();
    set_.ceilings = {{"fault.small", exactly(1e-6, Unit::seconds), "", 1},
                     {"storage.fsync", exactly(1e-3, Unit::seconds), "", 1}};
  }
  Fingerprint now(const std::string& version = "1") {
    return read_fingerprint(root_.system(), version);
  }
  std::string why_not() { return load_ceilings(path_, now()).why_not; }

  FakeRoot root_;
  std::string path_;
  CeilingSet set_;
};

TEST_F(Cache, gives_back_what_was_kept) {
  EXPECT_THAT(why_not(), HasSubstr("no ceilings are kept yet"));
  EXPECT_EQ(keep_ceilings(path_, set_), "");
  const KeptCeilings kept = load_ceilings(path_, now());
  ASSERT_TRUE(kept.set) << kept.why_not;
  EXPECT_EQ(kept.set->ceilings, set_.ceilings);
}

TEST_F(Cache, is_stale_after_any_change_of_the_machine) {
  ASSERT_EQ(keep_ceilings(path_, set_), "");
  ASSERT_EQ(why_not(), "");
  const std::tuple<const char*, const char*, const char*, const char*> changes[] = {
      {"/proc/cpuinfo", "model name\t: B\nmicrocode\t: 0x1\n", "CPU model", ""},
      {"/proc/cpuinfo", "model name\t: A\nmicrocode\t: 0x2\n", "microcode", ""},
      {"/proc/sys/kernel/osrelease", "6.2\n", "kernel", ""},
      {"/proc/sys/kernel/random/boot_id", "two\n", "started anew", ""},
      {"/sys/fs/cgroup/cpu.max", "5000 100000\n", "CPU quota", ""},
      {"/proc/self/status", "Cpus_allowed_list:\t0,2\n", "allowed CPUs", ""},
      {"/sys/devices/system/cpu/online", "0-7\n", "number of CPUs", ""},
      {"/proc/self/limits", "Max address space  64000000 64000000 bytes\n", "memory limit", ""},
      {"/proc/meminfo", "MemTotal:  2000 kB\n", "amount of memory", ""}};
  for (const auto& [file, text, said, unused] : changes) {
    const std::string before = root_.system().read(file).value();
    root_.put(file, text);
    EXPECT_THAT(why_not(), HasSubstr(said)) << file;
    root_.put(file, before);
    EXPECT_EQ(why_not(), "") << file;
  }
  EXPECT_THAT(load_ceilings(path_, now("2")).why_not, HasSubstr("another version"));
}

TEST_F(Cache, that_is_cut_or_foreign_is_not_used) {
  ASSERT_EQ(keep_ceilings(path_, set_), "");
  ASSERT_EQ(truncate(path_.c_str(), 100), 0);
  EXPECT_THAT(why_not(), HasSubstr("cut off"));
  ASSERT_EQ(keep_ceilings(path_, set_), "");
  ASSERT_EQ(chmod(path_.c_str(), 0666), 0);
  EXPECT_THAT(why_not(), HasSubstr("everybody may write"));
  ASSERT_EQ(keep_ceilings(path_, set_), "");
  if (chown(path_.c_str(), 12345, 12345) == 0) {
    EXPECT_THAT(why_not(), HasSubstr("another user"));
  }
  ASSERT_EQ(keep_ceilings(path_, set_), "");
  ASSERT_EQ(truncate(path_.c_str(), 1 << 30), 0);
  EXPECT_THAT(why_not(), HasSubstr("larger"));
}

TEST_F(Cache, is_not_waited_for_where_a_pipe_or_folder_lies_in_its_place) {
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(why_not(), HasSubstr("no regular file"));
  std::filesystem::remove(path_);
  std::filesystem::create_directories(path_ + "/x");
  EXPECT_THAT(why_not(), HasSubstr("no regular file"));
  EXPECT_THAT(keep_ceilings(path_, set_), HasSubstr("cannot replace"));
  EXPECT_EQ(
      std::distance(std::filesystem::directory_iterator(std::filesystem::path(path_).parent_path()),
                    {}),
      1)
      << "nothing is left beside it";
}

TEST_F(Cache, that_cannot_be_written_says_so) {
  EXPECT_THAT(keep_ceilings("/proc/none/ceilings.json", set_), HasSubstr("/proc/none"));
  EXPECT_THAT(keep_ceilings("", set_), HasSubstr("XDG_CACHE_HOME"));
  EXPECT_THAT(load_ceilings("", now()).why_not, HasSubstr("XDG_CACHE_HOME"));
}

TEST_F(Cache, lies_where_the_environment_says) {
  setenv("HOME", "/home/me", 1);
  setenv("XDG_CACHE_HOME", "/c", 1);
  EXPECT_EQ(ceilings_cache_path(), "/c/bottleneck/ceilings.json");
  setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(ceilings_cache_path(), "/home/me/.cache/bottleneck/ceilings.json");
  unsetenv("XDG_CACHE_HOME");
  unsetenv("HOME");
  EXPECT_EQ(ceilings_cache_path(), "");
}

TEST_F(Cache, keeps_figures_of_storage_for_that_storage) {
  set_.storage_device = "8:1";
  leave_foreign_storage(set_, "8:1");
  EXPECT_EQ(set_.ceilings.size(), 2u);
  leave_foreign_storage(set_, "8:2");
  EXPECT_EQ(set_.ceilings.size(), 1u);
  EXPECT_EQ(device_of("/proc/none"), "");
  EXPECT_NE(device_of("/proc"), device_of("/sys"));
}

}  // namespace
}  // namespace bottleneck
