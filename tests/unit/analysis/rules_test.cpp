// The rule table: every activity and kind of wait has a row, and each class is reached by what
// DESIGN says.
#include "src/analysis/rules.h"

#include <set>

#include <gtest/gtest.h>

#include "src/analysis/analyze.h"
#include "src/analysis/counters.h"
#include "src/core/words.h"
#include "tests/unit/analysis/builders.h"

namespace bottleneck {
namespace {

using testing::in_kernel;
using testing::ProfileBuilder;
using testing::user_code;
using enum Bottleneck;
using D = Detail;

Kind verdict_of(const Profile& profile) {
  const Verdict verdict = analyze(profile).verdict;
  EXPECT_FALSE(verdict.mixed);
  return {verdict.kind, verdict.detail};
}

Kind kind_of_code(Location location, void (*fill)(CounterCell&) = nullptr, bool held_up = false) {
  ProfileBuilder b;
  b.work(0, b.place(std::move(location)), 0, 10);
  if (fill) fill(b.counters(0));
  if (held_up) b.profile.timeline.blocked.push_back({0, b.wait(WaitKind::file_write), 10, 5.0});
  return verdict_of(b.profile);
}

Kind kind_of_wait(WaitKind wait) {
  Facts facts;
  facts.wait = wait;
  return classify(facts).kind;
}

TEST(Rules, every_activity_has_a_row_that_asks_for_nothing) {
  for (int i = 0; i < word_count<Activity>; ++i) {
    Facts facts;
    facts.activity = static_cast<Activity>(i);
    EXPECT_EQ(classify(facts).activity, facts.activity) << i;
  }
}

TEST(Rules, every_kind_of_wait_has_a_row_that_asks_for_nothing) {
  for (int i = 0; i < wait_kind_count; ++i) {
    Facts facts;
    facts.wait = static_cast<WaitKind>(i);
    EXPECT_EQ(classify(facts).wait, facts.wait) << to_string(*facts.wait);
  }
}

TEST(Rules, what_waits_for_locks_or_passes_on_agrees_with_the_table_of_waits) {
  for (int i = 0; i < wait_kind_count; ++i) {
    const auto wait = static_cast<WaitKind>(i);
    EXPECT_EQ(kind_of_wait(wait).kind == lock, is_lock(wait)) << to_string(wait);
    if (passes_on(wait)) {
      EXPECT_EQ(kind_of_wait(wait).kind, unattributed) << to_string(wait);
    }
  }
}

TEST(Rules, every_class_that_can_be_seen_is_reached) {
  std::set<Bottleneck> reached;
  for (const Rule& rule : rules()) reached.insert(rule.kind.kind);
  for (Bottleneck kind : {compute, memory_capacity, io_read, io_write, network, lock,
                          Bottleneck::sleep, kernel, run_queue, unattributed})
    EXPECT_TRUE(reached.count(kind)) << to_string(kind);
}

TEST(Rules, waits_go_to_the_classes_of_the_design) {
  EXPECT_EQ(kind_of_wait(WaitKind::file_read), (Kind{io_read, D::none}));
  EXPECT_EQ(kind_of_wait(WaitKind::file_sync), (Kind{io_write, D::sync}));
  EXPECT_EQ(kind_of_wait(WaitKind::memory_swap), (Kind{memory_capacity, D::swap}));
  EXPECT_EQ(kind_of_wait(WaitKind::network), (Kind{network, D::none}));
  EXPECT_EQ(kind_of_wait(WaitKind::socket_local), (Kind{Bottleneck::sleep, D::outside}));
  EXPECT_EQ(kind_of_wait(WaitKind::for_work), (Kind{Bottleneck::sleep, D::for_work}));
  EXPECT_EQ(kind_of_wait(WaitKind::child_outside), (Kind{Bottleneck::sleep, D::child}));
  EXPECT_EQ(kind_of_wait(WaitKind::lock_runtime), (Kind{lock, D::runtime}));
}

TEST(Rules, code_without_a_file_or_a_name_is_never_compute) {
  Location jit = user_code("");
  jit.no_file = true;
  EXPECT_EQ(kind_of_code(jit).kind, unattributed);
  jit.function = "named";
  EXPECT_EQ(kind_of_code(jit).kind, compute);
}

TEST(Rules, samples_after_a_system_call_are_the_kernels) {
  Location place = user_code();
  place.after_syscall = true;
  EXPECT_EQ(kind_of_code(place), (Kind{kernel, D::syscalls}));
}

TEST(Rules, faults_are_memory_unless_the_process_is_starting) {
  EXPECT_EQ(kind_of_code(in_kernel(Activity::page_fault)), (Kind{memory_capacity, D::first_touch}));
  ProfileBuilder b(1);
  const int place = b.place(in_kernel(Activity::page_fault));
  for (int i = 0; i < 10; ++i) {
    const int child = b.process("c", 0, i * 0.1, i * 0.1 + 0.09);
    b.work(child, place, i * 0.1, i * 0.1 + 0.09);
  }
  EXPECT_EQ(verdict_of(b.profile), (Kind{kernel, D::processes}));
}

TEST(Rules, file_reads_are_storage_only_if_half_of_the_bytes_came_from_the_device) {
  const Location read = in_kernel(Activity::syscall, "read", Peer::file);
  const auto cold = [](CounterCell& c) {
    c.read_chars = 1000000;
    c.read_bytes = 600000;
  };
  const auto warm = [](CounterCell& c) {
    c.read_chars = 1000000;
    c.read_bytes = 400000;
  };
  EXPECT_EQ(kind_of_code(read, cold).kind, io_read);
  EXPECT_EQ(kind_of_code(read, warm), (Kind{kernel, D::copies}));
  EXPECT_EQ(kind_of_code(read), (Kind{kernel, D::copies})) << "not measured is no evidence";
}

TEST(Rules, buffered_writes_are_copies_until_writeback_holds_them_up) {
  const Location write = in_kernel(Activity::syscall, "write", Peer::file);
  const auto dirty = [](CounterCell& c) {
    c.written_chars = 1000000;
    c.written_bytes = 1000000;
  };
  EXPECT_EQ(kind_of_code(write, dirty), (Kind{kernel, D::copies}));
  EXPECT_EQ(kind_of_code(write, dirty, true).kind, io_write);
}

TEST(Rules, small_reads_and_writes_are_system_calls) {
  const auto bytewise = [](CounterCell& c) {
    c.read_chars = 1000;
    c.written_chars = 1000;
    c.read_calls = 1000;
    c.write_calls = 1000;
  };
  EXPECT_EQ(kind_of_code(in_kernel(Activity::syscall, "read", Peer::file), bytewise),
            (Kind{kernel, D::syscalls}));
}

TEST(Rules, sockets_are_network_only_to_another_host) {
  EXPECT_EQ(kind_of_code(in_kernel(Activity::syscall, "sendto", Peer::socket_remote)).kind,
            network);
  EXPECT_EQ(kind_of_code(in_kernel(Activity::syscall, "sendto", Peer::socket_local)),
            (Kind{kernel, D::copies}));
  EXPECT_EQ(kind_of_code(in_kernel(Activity::syscall, "write", Peer::pipe_inside)),
            (Kind{kernel, D::copies}));
}

TEST(Rules, mapped_files_are_storage_memory_or_kernel_by_their_counters) {
  const Location fault = in_kernel(Activity::file_fault);
  const auto cold = [](CounterCell& c) {
    c.major_faults = 100;
    c.read_bytes = 100 * 4096;
  };
  EXPECT_EQ(kind_of_code(fault, cold).kind, io_read);
  EXPECT_EQ(kind_of_code(fault).kind, kernel);
  ProfileBuilder b;
  b.work(0, b.place(fault), 0, 10);
  cold(b.counters(0));
  Measurement refaults{"memory.refaults", exactly(60, Unit::count), "memory.stat", 1};
  b.profile.measurements = {refaults};
  EXPECT_EQ(verdict_of(b.profile), (Kind{memory_capacity, D::limit}));
  b.profile.measurements[0].result = Unavailable{"not here", ""};
  EXPECT_EQ(verdict_of(b.profile).kind, io_read) << "Unavailable is no evidence";
}

TEST(Rules, kernel_time_without_samples_is_split_by_counts_and_costs) {
  const Location unknown = in_kernel(Activity::unknown_kernel);
  const auto faulting = [](CounterCell& c) {
    c.system_s = 1;
    c.minor_faults = 1200000;
  };
  const auto copying = [](CounterCell& c) {
    c.system_s = 1;
    c.written_chars = 5000000000ULL;
    c.write_calls = 1000;
  };
  const auto calling = [](CounterCell& c) { c.system_s = 1; };
  EXPECT_EQ(kind_of_code(unknown, faulting), (Kind{memory_capacity, D::first_touch}));
  EXPECT_EQ(kind_of_code(unknown, copying), (Kind{kernel, D::copies}));
  EXPECT_EQ(kind_of_code(unknown, calling), (Kind{kernel, D::syscalls}));
  EXPECT_EQ(kind_of_code(unknown), (Kind{kernel, D::none})) << "nothing was counted";
}

TEST(Rules, kernel_time_is_split_by_the_costs_that_were_measured_here) {
  // 1 s in the kernel: 4 000 faults, too few to tell by their number, and 100 000 calls.
  const auto split = [](std::vector<Measurement> ceilings) {
    ProfileBuilder b;
    b.profile.ceilings = std::move(ceilings);
    CounterCell& cell = b.counters(0);
    cell.system_s = 1;
    cell.minor_faults = 4'000;
    cell.read_calls = 100'000;
    cell.read_chars = 100'000;
    double faults = 0;
    for (const auto& [kind, part] : Counters(b.profile).split_kernel(0, 50))
      if (kind.kind == memory_capacity) faults += part;
    return faults;
  };
  const Measurement fault{"fault.small", exactly(100e-6, Unit::seconds), "", 1};
  const Measurement call{"call.system", exactly(9e-6, Unit::seconds), "", 1};
  EXPECT_NEAR(split({}), 0.003, 0.001) << "the published figure of bare metal";
  EXPECT_NEAR(split({fault}), 0.4, 0.01);
  EXPECT_NEAR(split({{"fault.small", Unavailable{"no memory", ""}, "", 1}}), 0.003, 0.001);
  EXPECT_NEAR(split({fault, call}), 0.4 / 1.3, 0.01) << "0.4 s of faults, 0.9 s of calls";
}

TEST(Rules, huge_pages_make_few_faults_expensive) {
  const auto huge = [](CounterCell& c) {
    c.system_s = 4.5;
    c.minor_faults = 45000;
  };
  EXPECT_EQ(kind_of_code(in_kernel(Activity::unknown_kernel), huge),
            (Kind{memory_capacity, D::first_touch}));
}

TEST(Rules, a_parents_counters_stand_for_children_that_were_not_read) {
  ProfileBuilder b;
  const int child = b.process("child", 0, 0, 10);
  b.work(child, b.place(in_kernel(Activity::syscall, "read", Peer::file)), 0, 10);
  CounterCell& cell = b.counters(0);
  cell.read_chars = cell.read_bytes = 1000000;
  EXPECT_EQ(verdict_of(b.profile).kind, io_read);
}

TEST(Rules, without_samples_user_and_system_time_are_told_apart_by_clocks) {
  ProfileBuilder b;
  b.profile.tier = Tier::D;
  b.work(0, -1, 0, 10);
  CounterCell& cell = b.counters(0);
  cell.user_s = 8;
  cell.system_s = 2;
  const Report report = analyze(b.profile);
  EXPECT_NEAR(report.shares.at(compute), 0.8, 1e-9);
  EXPECT_EQ(report.verdict.confidence, Confidence::weak);
}

}  // namespace
}  // namespace bottleneck
