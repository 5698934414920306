#include "probes/code/target_files.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/fd.h"
#include "tests/unit/code/temporary_directory.h"
#include "tests/unit/code/views.h"

namespace bottleneck {
namespace {

TEST(TargetFiles, leaves_the_paths_of_processes_that_see_what_we_see) {
  Views views;
  views.add("10", "mnt:[1]", "/");
  TargetFiles files(views.root.system());
  EXPECT_FALSE(files.is_foreign(10));
  EXPECT_EQ(files.reachable(10, "/usr/bin/p"), "/usr/bin/p");
  EXPECT_EQ(files.reachable(11, "/usr/bin/p"), "/usr/bin/p") << "may not be looked at";
}

TEST(TargetFiles, goes_through_the_root_of_a_process_in_another_namespace) {
  Views views;
  views.root.put("/image/app/p", "theirs").put("/app/p", "ours, of the same name");
  views.add("10", "mnt:[2]", views.inside("/image"));
  TargetFiles files(views.root.system());
  EXPECT_TRUE(files.is_foreign(10));
  EXPECT_EQ(files.reachable(10, "/app/p"), "/proc/10/root/app/p");
  EXPECT_EQ(files.reachable(10, "[vdso]"), "[vdso]");
  EXPECT_EQ(files.reachable(10, "//anon"), "//anon");
}

TEST(TargetFiles, keeps_a_path_that_leads_both_to_the_same_file_beyond_the_end_of_the_process) {
  Views views;
  views.root.put("/app/p", "shared");
  views.add("10", "mnt:[2]", views.inside(""));
  TargetFiles files(views.root.system());
  EXPECT_EQ(files.reachable(10, "/app/p"), "/app/p");
  views.end("10");
  EXPECT_EQ(files.reachable(10, "/app/p"), "/app/p");
}

TEST(TargetFiles, asks_another_process_of_the_namespace_when_the_first_has_ended) {
  Views views;
  views.root.put("/image/app/p", "theirs");
  views.add("10", "mnt:[2]", views.inside("/image"));
  views.add("11", "mnt:[2]", views.inside("/image"));
  TargetFiles files(views.root.system());
  files.is_foreign(11);
  EXPECT_EQ(files.reachable(10, "/app/p"), "/proc/10/root/app/p");
  views.end("10");
  EXPECT_EQ(files.reachable(10, "/app/p"), "/proc/11/root/app/p");
  views.end("11");
  EXPECT_EQ(files.reachable(10, "/app/p"), "") << "any other answer would be another file";
}

TEST(TargetFiles, tells_a_chroot_in_our_own_namespace_by_its_root) {
  Views views;
  views.root.put("/jail/bin/p", "theirs");
  views.add("10", "mnt:[1]", views.inside("/jail"));
  TargetFiles files(views.root.system());
  EXPECT_EQ(files.reachable(10, "/bin/p"), "/proc/10/root/bin/p");
  EXPECT_EQ(files.reachable(10, "/jail/bin/p"), "/jail/bin/p") << "as /proc/PID/maps says it to us";
}

TEST(TargetFiles, follows_a_process_that_enters_a_namespace_later) {
  Views views;
  views.root.put("/image/app/p", "theirs");
  views.add("10", "mnt:[1]", "/");
  TargetFiles files(views.root.system());
  EXPECT_EQ(files.reachable(10, "/app/p"), "/app/p");
  views.end("10");
  views.add("10", "mnt:[2]", views.inside("/image"));
  EXPECT_EQ(files.reachable(10, "/app/p"), "/proc/10/root/app/p");
}

/// A child in its own mount namespace with a tmpfs over `place` and a file "p" in it; the pipe's
/// end lets it go.
struct Unshared {
  pid_t pid = -1;
  Fd hold;
  explicit Unshared(const std::string& place) {
    int ready[2], held[2];
    if (::pipe(ready) != 0 || ::pipe(held) != 0) return;
    pid = ::fork();
    if (pid == 0) {
      char mark = 0;
      ::close(held[1]);
      const bool made = ::unshare(CLONE_NEWNS) == 0 &&
                        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                        ::mount("none", place.c_str(), "tmpfs", 0, nullptr) == 0 &&
                        std::ofstream(place + "/p").put('x').flush().good();
      if (::write(ready[1], made ? "y" : "n", 1) != 1 || ::read(held[0], &mark, 1) != 0) _exit(1);
      _exit(0);
    }
    char answer = 'n';
    ::close(ready[1]);
    ::close(held[0]);
    hold = Fd(held[1]);
    works = ::read(ready[0], &answer, 1) == 1 && answer == 'y';
    ::close(ready[0]);
  }
  void end() {
    hold = Fd();
    if (pid > 0) ::waitpid(pid, nullptr, 0);
    pid = -1;
  }
  ~Unshared() { end(); }
  bool works = false;
};

TEST(TargetFiles, opens_what_only_a_real_namespace_shows) {
  if (::geteuid() != 0) GTEST_SKIP() << "unshare -m needs root";
  const TemporaryDirectory folder;
  const std::string place = folder.path();
  Unshared child(place);
  if (!child.works) GTEST_SKIP() << "no mount namespace can be made here";
  TargetFiles files{System{}};
  const std::string path = files.reachable(child.pid, place + "/p");
  EXPECT_EQ(path, "/proc/" + std::to_string(child.pid) + "/root" + place + "/p");
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(place + "/p"));
  EXPECT_EQ(files.reachable(child.pid, "/etc/passwd"), "/etc/passwd") << "the same file";
  const int pid = child.pid;
  child.end();
  EXPECT_EQ(files.reachable(pid, place + "/p"), "") << "no process, no namespace";
  EXPECT_EQ(files.reachable(pid, "/etc/passwd"), "/etc/passwd");
}

}  // namespace
}  // namespace bottleneck
