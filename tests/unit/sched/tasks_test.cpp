#include "probes/sched/tasks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/code/views.h"

namespace bottleneck::sched {
namespace {

constexpr std::uint32_t root = 100;

struct Told {
  Tasks tasks{root, 0};
  ProcessTree tree;
  std::uint64_t now = 1000;

  int apply(std::uint32_t pid, std::uint32_t tid, auto what) {
    perf::Record record;
    record.stamp = {pid, tid, ++now, 0, 0};
    record.what = what;
    return tasks.apply(record, tree);
  }
  int fork(std::uint32_t parent, std::uint32_t pid, std::uint32_t tid) {
    return apply(parent, parent, perf::Fork{pid, parent, tid, parent});
  }
  void exec(std::uint32_t pid, const std::string& name) { apply(pid, pid, perf::Comm{name, true}); }
  void map(std::uint32_t pid, std::uint64_t start, const std::string& file, bool code = true) {
    apply(pid, pid, perf::Mmap{start, 0x1000, 0x2000, file, code});
  }
  std::string file_at(int process, std::uint64_t address) const {
    const Mapping* mapping =
        tasks.processes()[static_cast<std::size_t>(process)].space.find(address);
    return mapping ? tasks.module_path(mapping->module) : "";
  }
  const ProcessInfo& process(std::size_t index) const { return tasks.processes()[index]; }
  const ThreadInfo& thread(std::size_t index) const { return tasks.threads()[index]; }
};

TEST(Tasks, begin_with_the_launched_process_and_take_its_first_exec_for_the_start) {
  Told told;
  EXPECT_EQ(told.tasks.thread_of(root), 0);
  EXPECT_TRUE(told.thread(0).main_thread);
  EXPECT_EQ(told.tasks.exec_ns(), -1);
  told.exec(root, "prog");
  EXPECT_EQ(told.tasks.exec_ns(), 1001);
  EXPECT_EQ(told.process(0).start_ns, 1001);
  EXPECT_EQ(told.thread(0).name, "prog");
  told.exec(root, "next");
  EXPECT_EQ(told.tasks.exec_ns(), 1001);
  EXPECT_EQ(told.process(0).name, "next");
}

TEST(Tasks, do_not_take_a_mere_renaming_for_an_exec) {
  Told told;
  told.map(root, 0x400000, "/bin/prog");
  told.apply(root, root, perf::Comm{"renamed", false});
  EXPECT_EQ(told.tasks.exec_ns(), -1);
  EXPECT_EQ(told.process(0).name, "renamed");
  EXPECT_EQ(told.file_at(0, 0x400000), "/bin/prog");
}

TEST(Tasks, know_threads_by_their_process) {
  Told told;
  told.exec(root, "prog");
  EXPECT_EQ(told.fork(root, root, 101), 1);
  EXPECT_EQ(told.tasks.processes().size(), 1U);
  EXPECT_EQ(told.thread(1).process, 0);
  EXPECT_FALSE(told.thread(1).main_thread);
  EXPECT_EQ(told.thread(1).name, "prog");
  told.apply(root, 101, perf::Comm{"worker", false});
  EXPECT_EQ(told.thread(1).name, "worker");
  EXPECT_EQ(told.process(0).name, "prog") << "a thread's name is not its process's";
}

TEST(Tasks, give_a_child_its_parents_memory_until_it_execs) {
  Told told;
  told.exec(root, "shell");
  told.map(root, 0x400000, "/bin/shell");
  EXPECT_EQ(told.fork(root, 200, 200), 1);
  EXPECT_EQ(told.process(1).parent, 0);
  EXPECT_TRUE(told.thread(1).main_thread);
  EXPECT_TRUE(told.tree.live.contains(200));
  EXPECT_EQ(told.file_at(1, 0x400010), "/bin/shell");
  EXPECT_EQ(told.tasks.module_path(told.process(1).executable), "/bin/shell");
  told.exec(200, "prog");
  EXPECT_EQ(told.file_at(1, 0x400010), "");
  told.map(200, 0x500000, "/bin/prog");
  told.map(200, 0x600000, "/lib/libc.so.6");
  EXPECT_EQ(told.tasks.module_path(told.process(1).executable), "/bin/prog");
  EXPECT_EQ(told.file_at(0, 0x400010), "/bin/shell") << "the parent keeps its own";
}

TEST(Tasks, let_a_process_end_with_its_last_thread) {
  Told told;
  told.fork(root, 200, 200);
  told.fork(200, 200, 201);
  told.apply(200, 200, perf::Exit{200, 200});
  EXPECT_EQ(told.process(1).end_ns, -1);
  EXPECT_TRUE(told.tree.live.contains(200));
  EXPECT_EQ(told.tasks.thread_of(200), -1);
  told.apply(200, 201, perf::Exit{200, 201});
  EXPECT_EQ(told.process(1).end_ns, static_cast<std::int64_t>(told.now));
  EXPECT_FALSE(told.tree.live.contains(200));
  EXPECT_TRUE(told.tree.ever.contains(200));
}

TEST(Tasks, tell_a_reused_pid_from_the_dead_process) {
  Told told;
  told.fork(root, 200, 200);
  told.apply(200, 200, perf::Exit{200, 200});
  EXPECT_EQ(told.fork(root, 200, 200), 2);
  EXPECT_EQ(told.tasks.thread_of(200), 2);
  EXPECT_EQ(told.tasks.processes().size(), 3U);
  EXPECT_GE(told.process(1).end_ns, 0);
  EXPECT_EQ(told.process(2).end_ns, -1);
}

TEST(Tasks, give_the_number_of_a_released_thread_and_process_to_the_next) {
  Told told;
  const int thread = told.fork(root, 200, 200);
  EXPECT_EQ(told.tasks.release_thread(thread), -1) << "it lives";
  const int child = told.fork(200, 300, 300);
  told.apply(200, 200, perf::Exit{200, 200});
  const int process = told.tasks.release_thread(thread);
  EXPECT_EQ(process, 1);
  EXPECT_EQ(told.tasks.release_thread(thread), -1) << "not twice";
  told.tasks.release_process(process);
  EXPECT_EQ(told.process(2).parent, -1) << "its child has lost it";
  EXPECT_EQ(told.fork(root, 400, 400), thread);
  EXPECT_EQ(told.thread(1).process, process);
  EXPECT_EQ(told.process(1).pid, 400U);
  EXPECT_EQ(told.process(1).end_ns, -1);
  EXPECT_EQ(told.tasks.thread_of(300), child);
  told.apply(root, root, perf::Exit{root, root});
  EXPECT_EQ(told.tasks.release_thread(0), -1) << "the launched one keeps its number";
}

TEST(Tasks, know_that_a_child_sees_the_files_that_its_parent_saw) {
  Views views;
  views.root.put("/image/lib/late.so", "theirs").put("/lib/late.so", "ours, of the same name");
  views.add("100", "mnt:[2]", views.inside("/image"));
  views.add("200", "mnt:[2]", views.inside("/image"));
  TargetFiles files(views.root.system());
  Told told;
  told.tasks.set_files(files);
  told.exec(root, "prog");
  told.fork(root, 200, 200);
  told.map(200, 0x400000, "/lib/late.so");
  EXPECT_THAT(told.file_at(1, 0x400000), testing::EndsWith("/root/lib/late.so"));
}

TEST(Tasks, keep_so_many_modules_and_call_further_ones_others) {
  Told told;
  for (std::size_t i = 0; i <= max_modules + 10; ++i)
    told.map(root, 0x400000 + i * 0x1000, "/bin/test-" + std::to_string(i));
  EXPECT_EQ(told.file_at(0, 0x400000), "/bin/test-0");
  EXPECT_EQ(told.file_at(0, 0x400000 + (max_modules + 5) * 0x1000), other_modules);
}

TEST(Tasks, ignore_what_is_outside_the_tree) {
  Told told;
  EXPECT_EQ(told.fork(1, 300, 300), -1);
  told.exec(300, "foreign");
  told.map(300, 0x400000, "/bin/foreign");
  told.apply(300, 300, perf::Exit{300, 300});
  EXPECT_EQ(told.tasks.processes().size(), 1U);
  EXPECT_EQ(told.tasks.threads().size(), 1U);
  EXPECT_TRUE(told.tree.ever.empty());
}

TEST(Tasks, take_only_code_for_a_mapping_and_only_a_file_for_the_executable) {
  Told told;
  told.map(root, 0x400000, "/data", false);
  EXPECT_EQ(told.file_at(0, 0x400000), "");
  told.map(root, 0x500000, "[vdso]");
  told.map(root, 0x600000, "/bin/prog");
  EXPECT_EQ(told.file_at(0, 0x500000), "[vdso]");
  EXPECT_EQ(told.tasks.module_path(told.process(0).executable), "/bin/prog");
  EXPECT_EQ(told.tasks.module_path(-1), "");
}

TEST(AddressSpace, finds_what_was_mapped_last) {
  AddressSpace space;
  EXPECT_EQ(space.find(0x1000), nullptr);
  space.add({0x1000, 0x5000, 0, 1});
  space.add({0x8000, 0x9000, 0, 2});
  EXPECT_EQ(space.find(0xfff), nullptr);
  EXPECT_EQ(space.find(0x4fff)->module, 1);
  EXPECT_EQ(space.find(0x5000), nullptr);
  space.add({0x4000, 0x8800, 0, 3});
  EXPECT_EQ(space.find(0x3fff)->module, 1);
  EXPECT_EQ(space.find(0x4000)->module, 3);
  EXPECT_EQ(space.find(0x8700)->module, 3);
  space.add({0x1000, 0x5000, 0, 4});
  EXPECT_EQ(space.find(0x1000)->module, 4);
  EXPECT_EQ(space.all().size(), 1U);
}

TEST(AddressSpace, of_a_child_changes_alone) {
  AddressSpace parent;
  parent.add({0x1000, 0x5000, 0, 1});
  AddressSpace child = parent;
  EXPECT_EQ(&child.all(), &parent.all()) << "a fork copies nothing";
  child.add({0x1000, 0x2000, 0, 2});
  EXPECT_EQ(parent.find(0x1000)->module, 1);
  EXPECT_EQ(child.find(0x1000)->module, 2);
  AddressSpace after_exec;
  EXPECT_EQ(after_exec.find(0x1000), nullptr);
}

TEST(AddressSpace, is_bounded_where_code_is_mapped_anew_again_and_again) {
  AddressSpace space;
  for (std::uint64_t i = 0; i < max_mappings + 1000; ++i) space.add({i << 12, (i + 1) << 12, 0, 1});
  EXPECT_EQ(space.all().size(), max_mappings);
}

}  // namespace
}  // namespace bottleneck::sched
