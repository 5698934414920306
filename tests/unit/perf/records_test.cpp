#include "probes/perf/records.h"

#include <bit>
#include <random>

#include <gmock/gmock.h>

#include "tests/unit/perf/record_bytes.h"

namespace bottleneck::perf {
namespace {

using testing::ElementsAre;

constexpr auto kernel_mark = static_cast<std::uint64_t>(PERF_CONTEXT_KERNEL);
constexpr auto user_mark = static_cast<std::uint64_t>(PERF_CONTEXT_USER);

/// The parts of a sample up to the chain.
RecordBytes sample_head(std::uint16_t misc, std::uint64_t ip) {
  return RecordBytes(PERF_RECORD_SAMPLE, misc)
      .words({77, ip})
      .halves({100, 101})
      .words({5'000'000'000})
      .halves({3, 0});
}

RecordBytes& add_registers(RecordBytes& bytes, std::uint64_t abi) {
  bytes.words({abi});
  for (std::uint64_t i = 0; i < register_count; ++i) bytes.words({1000 + i});
  return bytes;
}

RecordBytes whole_sample() {
  RecordBytes bytes = sample_head(PERF_RECORD_MISC_USER, 0x401000);
  bytes.words({5, kernel_mark, 0xffffffff81000010, user_mark, 0x401000, 0x402000});
  return add_registers(bytes, PERF_SAMPLE_REGS_ABI_64).words({16, 0x403000, 0, 16});
}

TEST(Records, reads_a_sample_with_chains_registers_and_the_top_of_the_stack) {
  const auto record = decode(whole_sample().done());
  ASSERT_TRUE(record);
  EXPECT_EQ(record->stamp.id, 77U);
  EXPECT_EQ(record->stamp.pid, 100U);
  EXPECT_EQ(record->stamp.tid, 101U);
  EXPECT_EQ(record->stamp.time_ns, 5'000'000'000U);
  EXPECT_EQ(record->stamp.cpu, 3U);
  const auto& sample = std::get<Sample>(record->what);
  EXPECT_EQ(sample.ip, 0x401000U);
  EXPECT_FALSE(sample.kernel);
  EXPECT_THAT(sample.kernel_chain, ElementsAre(0xffffffff81000010));
  EXPECT_THAT(sample.user_chain, ElementsAre(0x401000, 0x402000));
  EXPECT_TRUE(sample.registers_known);
  EXPECT_EQ(sample.registers[ax], 1000U);
  EXPECT_EQ(sample.registers[r15], 1000U + r15);
  EXPECT_EQ(sample.stack_top, 0x403000U);
}

TEST(Records, asks_for_as_many_registers_as_it_reads) {
  EXPECT_EQ(std::popcount(user_register_mask), register_count);
}

TEST(Records, tells_kernel_samples_and_those_without_registers_or_stack) {
  const auto record = decode(sample_head(PERF_RECORD_MISC_KERNEL, 0xffffffff81000010)
                                 .words({0, PERF_SAMPLE_REGS_ABI_NONE, 0})
                                 .done());
  ASSERT_TRUE(record);
  const auto& sample = std::get<Sample>(record->what);
  EXPECT_TRUE(sample.kernel);
  EXPECT_FALSE(sample.registers_known);
  EXPECT_EQ(sample.stack_top, 0U);
}

TEST(Records, does_not_take_32_bit_registers_for_64_bit_ones) {
  RecordBytes bytes = sample_head(PERF_RECORD_MISC_USER, 0x401000).words({0});
  const auto record = decode(add_registers(bytes, PERF_SAMPLE_REGS_ABI_32).words({0}).done());
  ASSERT_TRUE(record);
  EXPECT_FALSE(std::get<Sample>(record->what).registers_known);
}

TEST(Records, does_not_know_the_top_of_a_stack_that_could_not_be_read) {
  RecordBytes bytes = sample_head(PERF_RECORD_MISC_USER, 0x401000).words({0});
  bytes.words({PERF_SAMPLE_REGS_ABI_NONE, 16, 0xdead, 0xdead, 0});  // of 16 bytes 0 were copied
  const auto record = decode(bytes.done());
  ASSERT_TRUE(record);
  EXPECT_EQ(std::get<Sample>(record->what).stack_top, 0U);
}

TEST(Records, keeps_only_so_many_frames_of_a_chain) {
  RecordBytes bytes = sample_head(PERF_RECORD_MISC_USER, 0x401000).words({128, user_mark});
  for (std::uint64_t i = 1; i < 128; ++i) bytes.words({0x400000 + i});
  const auto record = decode(bytes.words({PERF_SAMPLE_REGS_ABI_NONE, 0}).done());
  ASSERT_TRUE(record);
  EXPECT_EQ(std::get<Sample>(record->what).user_chain.size(), max_chain);
}

TEST(Records, refuses_a_sample_that_is_cut_anywhere) {
  const std::size_t size = whole_sample().size();
  const std::size_t without_stack = size - 32;
  for (std::size_t cut = 0; cut < size; ++cut) {
    if (cut >= without_stack && cut < without_stack + 8) continue;  // one without a stack: whole
    EXPECT_FALSE(decode(whole_sample().cut(cut).done())) << cut;
  }
}

TEST(Records, refuses_a_sample_that_claims_more_than_it_holds) {
  const auto chain = [](std::uint64_t count) {
    return decode(sample_head(0, 1).words({count, 1, 2, 3, 0, 0}).done());
  };
  EXPECT_TRUE(chain(3));
  EXPECT_FALSE(chain(7));
  EXPECT_FALSE(chain(~std::uint64_t{0}));
  const auto stack = [](std::uint64_t claimed) {
    return decode(sample_head(0, 1).words({0, 0, claimed, 9, 8}).done());
  };
  EXPECT_TRUE(stack(8));
  EXPECT_FALSE(stack(64));
  EXPECT_FALSE(stack(~std::uint64_t{0}));
}

TEST(Records, refuses_a_header_of_another_size_than_the_record) {
  const RecordBytes whole = whole_sample();
  EXPECT_TRUE(decode(whole.claiming(whole.size())));
  EXPECT_FALSE(decode(whole.claiming(whole.size() + 8)));
  EXPECT_FALSE(decode(whole.claiming(whole.size() - 8)));
  EXPECT_FALSE(decode(whole.claiming(0)));
  EXPECT_FALSE(decode({}));
}

Record decoded(const RecordBytes& bytes) {
  const auto record = decode(bytes.done());
  EXPECT_TRUE(record);
  return record.value_or(Record{});
}

RecordBytes& stamped(RecordBytes& bytes) { return bytes.trailer(100, 101, 42, 1, 7); }

TEST(Records, reads_who_and_when_from_the_trailer) {
  RecordBytes bytes(PERF_RECORD_SWITCH);
  const Stamp stamp = decoded(stamped(bytes)).stamp;
  EXPECT_EQ(stamp.pid, 100U);
  EXPECT_EQ(stamp.tid, 101U);
  EXPECT_EQ(stamp.time_ns, 42U);
  EXPECT_EQ(stamp.cpu, 1U);
  EXPECT_EQ(stamp.id, 7U);
}

TEST(Records, tells_switches_in_out_and_preemptions) {
  const auto change = [](std::uint32_t type, std::uint16_t misc) {
    RecordBytes bytes(type, misc);
    if (type == PERF_RECORD_SWITCH_CPU_WIDE) bytes.halves({1, 2});
    return std::get<Switch>(decoded(stamped(bytes)).what);
  };
  for (std::uint32_t type : {PERF_RECORD_SWITCH, PERF_RECORD_SWITCH_CPU_WIDE}) {
    EXPECT_FALSE(change(type, 0).out);
    EXPECT_TRUE(change(type, PERF_RECORD_MISC_SWITCH_OUT).out);
    EXPECT_FALSE(change(type, PERF_RECORD_MISC_SWITCH_OUT).preempted);
    const Switch preempted =
        change(type, PERF_RECORD_MISC_SWITCH_OUT | PERF_RECORD_MISC_SWITCH_OUT_PREEMPT);
    EXPECT_TRUE(preempted.out && preempted.preempted);
  }
}

TEST(Records, reads_forks_and_exits) {
  RecordBytes fork(PERF_RECORD_FORK);
  fork.halves({200, 100, 201, 101}).words({42});
  const auto born = std::get<Fork>(decoded(stamped(fork)).what);
  EXPECT_EQ(born.pid, 200U);
  EXPECT_EQ(born.parent_pid, 100U);
  EXPECT_EQ(born.tid, 201U);
  EXPECT_EQ(born.parent_tid, 101U);
  RecordBytes exit(PERF_RECORD_EXIT);
  exit.halves({200, 100, 201, 101}).words({42});
  const auto dead = std::get<Exit>(decoded(stamped(exit)).what);
  EXPECT_EQ(dead.pid, 200U);
  EXPECT_EQ(dead.tid, 201U);
}

TEST(Records, reads_names_and_says_which_came_with_exec) {
  for (const bool exec : {false, true}) {
    RecordBytes bytes(PERF_RECORD_COMM, exec ? PERF_RECORD_MISC_COMM_EXEC : 0);
    bytes.halves({100, 101}).text("worker");
    const auto comm = std::get<Comm>(decoded(stamped(bytes)).what);
    EXPECT_EQ(comm.name, "worker");
    EXPECT_EQ(comm.exec, exec);
  }
}

RecordBytes mapping(std::uint16_t misc) {
  RecordBytes bytes(PERF_RECORD_MMAP2, misc);
  return bytes.halves({100, 101})
      .words({0x400000, 0x2000, 0x1000})
      .halves({8, 1})
      .words({4711, 0})
      .halves({5, 2})
      .text("/usr/bin/true");
}

TEST(Records, reads_mappings_and_says_which_hold_data) {
  for (const bool data : {false, true}) {
    RecordBytes bytes = mapping(data ? PERF_RECORD_MISC_MMAP_DATA : 0);
    const auto map = std::get<Mmap>(decoded(stamped(bytes)).what);
    EXPECT_EQ(map.start, 0x400000U);
    EXPECT_EQ(map.length, 0x2000U);
    EXPECT_EQ(map.file_offset, 0x1000U);
    EXPECT_EQ(map.file, "/usr/bin/true");
    EXPECT_EQ(map.executable, !data);
  }
}

TEST(Records, reads_how_many_were_lost) {
  RecordBytes bytes(PERF_RECORD_LOST);
  bytes.words({7, 12});
  EXPECT_EQ(std::get<Lost>(decoded(stamped(bytes)).what).records, 12U);
}

TEST(Records, refuses_records_without_room_for_their_own_part_and_the_trailer) {
  const auto refused_when_cut = [](RecordBytes bytes, std::size_t own) {
    stamped(bytes);
    const std::size_t least = sizeof(perf_event_header) + own + 32;
    for (std::size_t size = 0; size < least; ++size)
      EXPECT_FALSE(decode(RecordBytes(bytes).cut(size).done())) << size << " of " << least;
  };
  refused_when_cut(RecordBytes(PERF_RECORD_SWITCH), 0);
  refused_when_cut(RecordBytes(PERF_RECORD_FORK).halves({1, 2, 3, 4}).words({5}), 16);
  refused_when_cut(RecordBytes(PERF_RECORD_EXIT).halves({1, 2, 3, 4}).words({5}), 12);
  refused_when_cut(RecordBytes(PERF_RECORD_COMM).halves({1, 2}).text("name"), 8);
  refused_when_cut(RecordBytes(PERF_RECORD_LOST).words({1, 2}), 16);
  refused_when_cut(mapping(0), 64);
}

TEST(Records, ends_a_name_without_its_0_before_the_trailer) {
  RecordBytes bytes(PERF_RECORD_COMM);
  bytes.halves({100, 101}).words({0x4141414141414141});
  EXPECT_EQ(std::get<Comm>(decoded(stamped(bytes)).what).name, "AAAAAAAA");
}

TEST(Records, has_no_interest_in_other_records) {
  for (std::uint32_t type : {PERF_RECORD_THROTTLE, PERF_RECORD_READ, PERF_RECORD_MMAP}) {
    RecordBytes bytes(type);
    bytes.words({1, 2, 3, 4, 5, 6});
    EXPECT_FALSE(decode(stamped(bytes).done()));
  }
  EXPECT_FALSE(decode(RecordBytes(0xffffffff).words({1, 2, 3, 4}).done()));
}

// Run under a sanitizer this finds reads outside the record.
TEST(Records, survives_any_words) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    RecordBytes bytes(static_cast<std::uint32_t>(random() % 20),
                      static_cast<std::uint16_t>(random()));
    for (std::uint64_t i = random() % 64; i > 0; --i)
      bytes.words({random() % 3 ? random() % 16 : random()});
    decode(bytes.done());
  }
}

}  // namespace
}  // namespace bottleneck::perf
