#include "probes/sched/wait_table.h"

#include <gtest/gtest.h>

namespace bottleneck::sched {
namespace {

WaitFacts reading(Peer peer = Peer::file) {
  WaitFacts facts;
  facts.call = "read";
  facts.peer = peer;
  return facts;
}

TEST(WaitTable, knows_a_reason_again) {
  WaitTable table;
  const int first = table.intern(reading(), "/data", 3);
  EXPECT_EQ(table.intern(reading(), "/data", 3), first);
  EXPECT_EQ(table.all().size(), 1U);
  const Wait& wait = table.all()[0];
  EXPECT_EQ(wait.kind, WaitKind::file_read);
  EXPECT_EQ(wait.call, "read");
  EXPECT_EQ(wait.object, "/data");
  EXPECT_EQ(wait.peer, Peer::file);
  EXPECT_EQ(wait.location, 3);
}

TEST(WaitTable, tells_reasons_apart_by_object_place_peer_and_function) {
  WaitTable table;
  table.intern(reading(), "/data", 3);
  table.intern(reading(), "/other", 3);
  table.intern(reading(), "/data", 4);
  table.intern(reading(Peer::terminal), "/data", 3);
  WaitFacts facts = reading();
  facts.kernel_function = "folio_wait_bit_common";
  table.intern(facts, "/data", 3);
  EXPECT_EQ(table.all().size(), 5U);
}

TEST(WaitTable, is_bounded_and_calls_the_rest_others) {
  WaitTable table;
  for (int i = 0; i < 10'000; ++i) table.intern(reading(), "/file" + std::to_string(i), i);
  EXPECT_EQ(table.all().size(), max_waits + 1);
  EXPECT_EQ(table.all().back().object, "(others)");
  EXPECT_EQ(table.all().back().kind, WaitKind::file_read);
  EXPECT_EQ(table.all().back().location, -1);
  EXPECT_EQ(table.intern(reading(), "/file7", 7), 7) << "those known before are still known";
}

constexpr std::int64_t ms = 1'000'000;

void wait_often(WaitTable& table, int times, std::int64_t apart_ns) {
  for (int i = 0; i < times; ++i) table.lock_waited(100, 0x7000, i * apart_ns);
}

TEST(WaitTable, calls_an_address_contended_from_ten_waits_at_more_than_a_hundred_per_second) {
  WaitTable few, many, slow;
  wait_often(few, 9, ms);
  EXPECT_FALSE(few.contended(100, 0x7000));
  EXPECT_FALSE(few.anything_contended(100));
  wait_often(many, 10, ms);
  EXPECT_TRUE(many.contended(100, 0x7000));
  EXPECT_TRUE(many.anything_contended(100));
  wait_often(slow, 50, 20 * ms);
  EXPECT_FALSE(slow.contended(100, 0x7000));
}

TEST(WaitTable, keeps_fights_of_other_addresses_and_processes_apart) {
  WaitTable table;
  wait_often(table, 20, ms);
  EXPECT_FALSE(table.contended(100, 0x7004));
  EXPECT_FALSE(table.contended(101, 0x7000));
  EXPECT_FALSE(table.anything_contended(101));
}

}  // namespace
}  // namespace bottleneck::sched
