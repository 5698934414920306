#include <csignal>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/inject/segment_reader.h"
#include "probes/inject/segment_writer.h"

namespace bottleneck::inject {
namespace {

constexpr std::int64_t second = 1'000'000'000;

segment_record good_record(std::uint32_t tid = 7) {
  segment_record record{};
  record.time_ns = 5;
  record.pid = 6;
  record.tid = tid;
  record.periods = 4;
  record.frames = 2;
  record.registers[perf::ip] = 0x400100;
  record.registers[perf::sp] = 0x7ffc0000;
  record.stack_top = 0x400222;
  record.chain[0] = 0x400100;
  record.chain[1] = 0x400333;
  return record;
}

/// The target's end: another mapping of the same memory, by its path, as the sampler maps it.
class Writer {
 public:
  explicit Writer(const Segment& segment) : file_(::open(segment.path().c_str(), O_RDWR)) {
    void* memory =
        ::mmap(nullptr, segment_size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    if (memory != MAP_FAILED) header = static_cast<segment_header*>(memory);
  }
  ~Writer() { ::munmap(header, segment_size); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  bool write(const segment_record& what) const {
    std::uint64_t position = 0;
    segment_record* record = segment_claim(header, &position);
    if (!record) return false;
    *record = what;
    segment_publish(record, position);
    return true;
  }
  int file() const { return file_.get(); }

  segment_header* header = nullptr;

 private:
  Fd file_;
};

struct Ring : testing::Test {
  std::vector<std::uint32_t> drain(std::int64_t now_ns = 0) {
    std::vector<std::uint32_t> tids;
    segment.drain(now_ns, [&](InjectedSample&& sample) { tids.push_back(sample.tid); });
    return tids;
  }
  using Tids = std::vector<std::uint32_t>;
  Segment segment{1'000'000};
  Writer writer{segment};
};

TEST(InjectedRecord, becomes_a_sample) {
  const auto sample = decode(good_record());
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->pid, 6U);
  EXPECT_EQ(sample->time_ns, 5);
  EXPECT_EQ(sample->periods, 4U);
  EXPECT_EQ(sample->sample.ip, 0x400100U);
  EXPECT_TRUE(sample->sample.registers_known);
  EXPECT_FALSE(sample->sample.kernel);
  EXPECT_EQ(sample->sample.registers[perf::sp], 0x7ffc0000U);
  EXPECT_EQ(sample->sample.stack_top, 0x400222U);
  EXPECT_EQ(sample->sample.user_chain, (std::vector<std::uint64_t>{0x400100, 0x400333}));
}

TEST(InjectedRecord, that_makes_no_sense_is_refused) {
  const auto refused = [](auto&& damage) {
    segment_record record = good_record();
    damage(record);
    return !decode(record);
  };
  EXPECT_TRUE(refused([](auto& r) { r.pid = 0; }));
  EXPECT_TRUE(refused([](auto& r) { r.tid = 0; }));
  EXPECT_TRUE(refused([](auto& r) { r.periods = 0; }));
  EXPECT_TRUE(refused([](auto& r) { r.periods = ~0U; }));
  EXPECT_TRUE(refused([](auto& r) { r.frames = 0; }));
  EXPECT_TRUE(refused([](auto& r) { r.frames = segment_frames + 1; }));
  EXPECT_TRUE(refused([](auto& r) { r.frames = ~0U; }));
  EXPECT_TRUE(refused([](auto& r) { r.time_ns = ~std::uint64_t{0}; }));
  EXPECT_TRUE(refused([](auto& r) { r.chain[0] = 1; }));
  EXPECT_TRUE(refused([](auto& r) { r.registers[perf::ip] = r.chain[0] = ~std::uint64_t{0}; }));
}

TEST(InjectedRecord, loses_the_callers_from_the_first_that_no_program_can_have) {
  segment_record record = good_record();
  record.frames = 4;
  record.chain[2] = 0xffffffff81000000;
  record.chain[3] = 0x400444;
  EXPECT_EQ(decode(record)->sample.user_chain.size(), 2U);
}

TEST(InjectedRecord, of_any_bytes_at_all_stays_within_bounds) {
  std::uint64_t state = 1;
  for (int i = 0; i < 20000; ++i) {
    segment_record record = good_record();
    auto* bytes = reinterpret_cast<unsigned char*>(&record);
    for (int damage = 0; damage < 6; ++damage) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      bytes[(state >> 33) % sizeof record] = static_cast<unsigned char>(state >> 56);
    }
    const auto sample = decode(record);
    const std::size_t frames = sample ? sample->sample.user_chain.size() : 0;
    EXPECT_LE(frames, static_cast<std::size_t>(segment_frames));
  }
}

TEST_F(Ring, hands_over_what_was_written_once_and_in_order) {
  for (std::uint32_t tid : {1U, 2U, 3U}) EXPECT_TRUE(writer.write(good_record(tid)));
  EXPECT_EQ(drain(), (Tids{1, 2, 3}));
  EXPECT_EQ(drain(), Tids{});
  EXPECT_EQ(segment.lost(), 0U);
}

TEST_F(Ring, goes_round_as_often_as_one_likes) {
  std::uint32_t next = 1;
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(writer.write(good_record(next++)));
    const auto tids = drain();
    ASSERT_EQ(tids.size(), 1000U);
    EXPECT_EQ(tids.back(), next - 1);
  }
  EXPECT_EQ(segment.lost(), 0U);
}

TEST_F(Ring, counts_what_finds_it_full_and_overwrites_nothing) {
  for (std::uint32_t i = 1; i <= segment_capacity; ++i) EXPECT_TRUE(writer.write(good_record(i)));
  EXPECT_FALSE(writer.write(good_record(99999)));
  EXPECT_FALSE(writer.write(good_record(99999)));
  const auto tids = drain();
  ASSERT_EQ(tids.size(), static_cast<std::size_t>(segment_capacity));
  EXPECT_EQ(tids.front(), 1U);
  EXPECT_EQ(tids.back(), static_cast<std::uint32_t>(segment_capacity));
  EXPECT_EQ(segment.lost(), 2U);
  EXPECT_TRUE(writer.write(good_record(5)));
  EXPECT_EQ(drain(), Tids{5});
}

TEST_F(Ring, waits_for_a_slow_writer_but_not_for_ever) {
  std::uint64_t position = 0;
  ASSERT_NE(segment_claim(writer.header, &position), nullptr);
  writer.write(good_record(2));
  EXPECT_EQ(drain(1 * second), Tids{});
  EXPECT_EQ(drain(1 * second + 1), Tids{});
  EXPECT_EQ(segment.lost(), 0U);
  EXPECT_EQ(drain(2 * second), Tids{2});
  EXPECT_EQ(segment.lost(), 1U);
}

TEST_F(Ring, takes_a_record_that_becomes_whole_while_it_waits) {
  std::uint64_t position = 0;
  segment_record* slow = segment_claim(writer.header, &position);
  writer.write(good_record(2));
  EXPECT_EQ(drain(1 * second), Tids{});
  *slow = good_record(1);
  segment_publish(slow, position);
  EXPECT_EQ(drain(1 * second + 5), (Tids{1, 2}));
  EXPECT_EQ(segment.lost(), 0U);
}

TEST_F(Ring, outlives_writers_that_are_killed_in_the_middle_of_a_record) {
  for (int i = 0; i < 20; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) writer.write(good_record(1));
    }
    std::size_t seen = 0;
    while (seen < 100) seen += drain(i * second).size();
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    drain(i * second + 1);
  }
  drain(100 * second);
  drain(200 * second);
  drain(300 * second);
  EXPECT_TRUE(writer.write(good_record(42)));
  EXPECT_EQ(drain(300 * second), Tids{42});
}

TEST_F(Ring, counters_written_by_a_hostile_target_do_no_harm) {
  for (const std::uint64_t head : {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{3}}) {
    writer.header->head = head;
    writer.header->tail = head / 2;
    drain(0);
    drain(10 * second);
  }
  drain(20 * second);
  drain(30 * second);
  std::memset(writer.header, 0xff, segment_size);
  drain(40 * second);
  drain(50 * second);
  EXPECT_GT(segment.lost(), 0U);
}

TEST_F(Ring, can_be_neither_shrunk_nor_grown_by_the_target) {
  EXPECT_NE(::ftruncate(writer.file(), 0), 0);
  EXPECT_NE(::ftruncate(writer.file(), 2 * segment_size), 0);
}

TEST_F(Ring, says_what_the_sampler_has_to_know) {
  EXPECT_EQ(writer.header->magic, BOTTLENECK_SEGMENT_MAGIC);
  EXPECT_EQ(writer.header->period_ns, 1'000'000U);
  EXPECT_EQ(writer.header->capacity, static_cast<std::uint32_t>(segment_capacity));
  EXPECT_EQ(segment.path(), "/proc/" + std::to_string(::getpid()) +
                                segment.path().substr(segment.path().find("/fd/")));
}

}  // namespace
}  // namespace bottleneck::inject
