#include "probes/proc/followed_tree.h"

#include <gmock/gmock.h>

#include "tests/unit/proc/fake_proc.h"

namespace bottleneck::proc {
namespace {

constexpr std::int64_t ms = 1'000'000;

/// A launched process 100 and what was found below it.
struct Watched {
  Watched() {
    proc.put_process(100, "main", 1, 1);
    proc.put_task({.pid = 100, .tid = 100});
  }
  FakeProc proc;
  ProcessTree tree{100, {100}, {100}};
  sched::Ledger books{proc.system(), tree, 100, true};
};

TEST(FollowedTree, finds_children_and_their_children_in_one_look) {
  Watched watched;
  watched.proc.put_process(101, "child", 100, 1);
  watched.proc.put_task({.pid = 101, .tid = 101});
  watched.proc.put_process(102, "grandchild", 101, 1);
  watched.proc.put_task({.pid = 102, .tid = 102});
  watched.proc.put_children(100, "101 ");
  watched.proc.put_children(101, "102 ");
  FollowedTree followed(watched.proc.system(), watched.books);
  followed.start(0);
  EXPECT_EQ(followed.look(10 * ms).born.size(), 2U);
  EXPECT_THAT(watched.tree.live, testing::ElementsAre(100, 101, 102));
  ASSERT_EQ(watched.books.tasks.processes().size(), 3U);
  EXPECT_EQ(watched.books.process(2).parent, 1);
  EXPECT_EQ(watched.books.process(2).name, "grandchild");
}

TEST(FollowedTree, looks_at_all_processes_where_children_are_not_listed) {
  Watched watched;
  std::filesystem::remove(watched.proc.system().path("/proc/100/task/100/children"));
  watched.proc.put_process(101, "child", 100, 1);
  watched.proc.put_process(50, "stranger", 1, 1);
  FollowedTree followed(watched.proc.system(), watched.books);
  followed.start(0);
  followed.look(10 * ms);
  EXPECT_THAT(watched.tree.live, testing::ElementsAre(100, 101));
}

TEST(FollowedTree, sees_threads_come_and_go) {
  Watched watched;
  FollowedTree followed(watched.proc.system(), watched.books);
  followed.start(0);
  watched.proc.put_process(100, "main", 1, 2);
  watched.proc.put_task({.pid = 100, .tid = 105});
  ASSERT_EQ(followed.look(10 * ms).born.size(), 1U);
  EXPECT_EQ(watched.books.thread(1).name, "worker");
  watched.proc.put_process(100, "main", 1, 1);
  watched.proc.remove_task(100, 105);
  EXPECT_EQ(followed.look(20 * ms).died.size(), 1U);
  EXPECT_EQ(watched.books.tasks.thread_of(105), -1);
}

TEST(FollowedTree, takes_a_number_that_is_used_again_for_another_process) {
  Watched watched;
  watched.proc.put_process(101, "child", 100, 1);
  watched.proc.put_task({.pid = 101, .tid = 101});
  watched.proc.put_children(100, "101 ");
  FollowedTree followed(watched.proc.system(), watched.books);
  followed.start(0);
  followed.look(10 * ms);
  watched.proc.remove_process(101);
  watched.proc.put_children(100, "");
  const Changes changes = followed.look(20 * ms);
  ASSERT_EQ(changes.ended.size(), 1U);
  EXPECT_EQ(changes.ended[0].parent, 100);
  EXPECT_THAT(watched.tree.live, testing::ElementsAre(100));
}

TEST(FollowedTree, notices_exec_by_the_place_of_the_code) {
  Watched watched;
  FollowedTree followed(watched.proc.system(), watched.books);
  followed.start(0);
  watched.proc.put_process(100, "other", 1, 1, 0, 0, 8192);
  followed.look(10 * ms);
  EXPECT_EQ(watched.books.process(0).name, "other");
  EXPECT_TRUE(watched.books.process(0).space.find(0x1800));
}

TEST(FollowedTree, never_says_that_the_launched_process_has_ended) {
  Watched watched;
  FollowedTree followed(watched.proc.system(), watched.books);
  followed.start(0);
  watched.proc.remove_process(100);
  EXPECT_TRUE(followed.look(10 * ms).ended.empty());
}

TEST(FollowedTree, reads_mappings_again_for_code_seen_after_the_last_reading) {
  Watched watched;
  FollowedTree followed(watched.proc.system(), watched.books);
  followed.start(5 * ms);
  EXPECT_FALSE(watched.books.process(0).space.find(0x5000));
  System system = watched.proc.system();
  std::ofstream(system.path("/proc/100/maps")) << "5000-6000 r-xp 00000000 00:00 1 /lib/late.so\n";
  followed.find_code(100, 0x5000, 4 * ms, 10 * ms);  // seen before
  EXPECT_FALSE(watched.books.process(0).space.find(0x5000));
  followed.find_code(100, 0x5000, 8 * ms, 10 * ms);
  EXPECT_TRUE(watched.books.process(0).space.find(0x5000));
}

}  // namespace
}  // namespace bottleneck::proc
