#include "src/launch/tree_scan.h"

#include <gmock/gmock.h>

#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::ElementsAre;

class FakeProc : public TemporaryFolder {
 public:
  void put(int pid, int parent, int start, const std::string& name = "x", char state = 'S') const {
    std::string number = std::to_string(pid);
    write("proc/" + number + "/stat",
          number + " (" + name + ") " + state + " " + std::to_string(parent) +
              " 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " + std::to_string(start) + " 0\n");
  }
  /// As kernels with CONFIG_PROC_CHILDREN tell it; `task` is one of the parent's threads.
  void list_children(int pid, int task, const std::string& children) const {
    write("proc/thread-self/children", "");
    write("proc/" + std::to_string(pid) + "/task/" + std::to_string(task) + "/children", children);
  }
  void remove(int pid) const { std::filesystem::remove_all(path("proc/" + std::to_string(pid))); }
};

TEST(TreeScan, finds_descendants_and_nobody_else) {
  FakeProc proc;
  proc.put(10, 1, 5);
  proc.put(11, 10, 6, "a) b (c");
  proc.put(12, 11, 7);
  proc.put(13, 1, 8);
  proc.put(14, 10, 9, "dead", 'Z');
  ProcessTree tree{10, {10}, {10}};
  TreeScan(System{proc.path()}).scan(tree, 0);
  EXPECT_THAT(tree.live, ElementsAre(10, 11, 12));
}

TEST(TreeScan, keeps_orphans_and_drops_the_dead_and_the_reused) {
  FakeProc proc;
  proc.put(10, 1, 5);
  proc.put(11, 10, 6);
  proc.put(12, 11, 7);
  proc.put(15, 10, 7);
  ProcessTree tree{10, {10}, {10}};
  TreeScan scan(System{proc.path()});
  scan.scan(tree, 0);
  proc.remove(11);
  proc.put(12, 1, 7);   // orphaned: adopted by init
  proc.put(15, 1, 99);  // another process of the same number
  scan.scan(tree, 1'000'000'000);
  EXPECT_THAT(tree.live, ElementsAre(10, 12));
  EXPECT_THAT(tree.ever, ElementsAre(10, 11, 12, 15));

  Profile profile;
  profile.processes.emplace_back();
  scan.describe(tree, 0, 2'000'000'000, profile);
  ASSERT_EQ(profile.processes.size(), 4u);
  EXPECT_FALSE(profile.processes[1].still_running);
  EXPECT_TRUE(profile.processes[2].still_running);
  EXPECT_EQ(profile.processes[2].parent, 1) << "its first parent, not init";
}

TEST(TreeScan, follows_the_children_of_every_thread_and_reads_nobody_else) {
  FakeProc proc;
  proc.put(10, 1, 5);
  proc.put(11, 10, 6);
  proc.put(12, 10, 7);
  proc.put(13, 12, 8);
  proc.put(14, 10, 9);  // would be found by looking at all
  proc.list_children(10, 10, "11 ");
  proc.list_children(10, 20, "12 ");
  proc.list_children(12, 12, "13 ");
  ProcessTree tree{10, {10}, {10}};
  TreeScan scan(System{proc.path()});
  scan.scan(tree, 0);
  EXPECT_THAT(tree.live, ElementsAre(10, 11, 12, 13));

  proc.remove(12);
  proc.put(13, 1, 8);   // orphaned
  proc.put(11, 1, 77);  // another process of the same number
  proc.list_children(10, 10, "");
  scan.scan(tree, 1'000'000'000);
  EXPECT_THAT(tree.live, ElementsAre(10, 13));
}

}  // namespace
}  // namespace bottleneck
