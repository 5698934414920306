// Hot code of this very executable: a loop and a straight function whose addresses are known.
#include "probes/sched/hot_code.h"

#include <algorithm>
#include <filesystem>

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/clock.h"
#include "probes/code/elf_file.h"
#include "probes/sched/outer_steps.h"

namespace bottleneck::sched {
namespace {

[[gnu::noinline]] double add_all(const double* numbers, long count) {
  double sum = 0;
  for (long i = 0; i < count; ++i) sum += numbers[i];
  return sum;
}

[[gnu::noinline]] long straight(long value) { return value * 7 + 3; }

class HotCodes : public ::testing::Test {
 protected:
  static constexpr std::uint32_t pid = 100;
  HotCodes() {
    tree_.root = static_cast<pid_t>(pid);
    apply(perf::Comm{"program", true});
    apply(perf::Mmap{0x10000000, 0x10000000, 0, path_});
    module_ = tasks_.processes().front().space.find(0x10000000)->module;
  }
  void apply(auto what) {
    perf::Record record;
    record.stamp = {pid, pid, 1, 0, 0};
    record.what = what;
    tasks_.apply(record, tree_);
  }
  /// The place so many bytes behind the function's first.
  std::size_t place(const void* function, std::uint64_t offset, std::uint64_t samples) {
    Dl_info at{};
    dladdr(function, &at);
    const auto address =
        reinterpret_cast<std::uintptr_t>(function) - reinterpret_cast<std::uintptr_t>(at.dli_fbase);
    const auto file = ElfFile::open(path_);
    Place one;
    one.module = module_;
    one.offset = offset_of(file->segments(), address).value_or(0) + offset;
    one.samples = samples;
    places_.push_back(one);
    return places_.size() - 1;
  }
  void sample(std::size_t place, double ms, std::uint64_t di) {
    perf::Sample one;
    one.registers_known = true;
    one.registers[perf::di] = di;
    registers_.add(0, pid, static_cast<int>(place), static_cast<std::int64_t>(ms * 1e6), one);
  }
  sched::HotCodes find(std::int64_t started_ns = monotonic_ns()) {
    return find_hot_code(places_, registers_, tasks_, symbols_, started_ns);
  }

  const std::string path_ = std::filesystem::read_symlink("/proc/self/exe");
  ProcessTree tree_;
  Tasks tasks_{pid, 0};
  Symbols symbols_{System{}};
  RegisterSamples registers_;
  std::vector<Place> places_;
  int module_ = -1;
};

/// Offsets of instructions are the compiler's: the hottest loop is searched by trying them.
TEST_F(HotCodes, are_the_loop_around_a_place_with_its_registers) {
  const auto function = reinterpret_cast<const void*>(&add_all);
  for (std::uint64_t offset = 0; offset < 120; ++offset) place(function, offset, 10);
  for (std::size_t i = 0; i < places_.size(); ++i) sample(i, static_cast<double>(i), 1000 + i);
  const auto hot = find();
  const auto loop =
      std::find_if(hot.all.begin(), hot.all.end(), [](const HotCode& one) { return one.loop; });
  ASSERT_NE(loop, hot.all.end());
  EXPECT_THAT(loop->function, testing::HasSubstr("add_all"));
  EXPECT_GE(loop->body.size(), 3u);
  EXPECT_TRUE(loop->body.back().branches || loop->body.back().jumps);
  EXPECT_FALSE(loop->body.front().text.empty());
  ASSERT_FALSE(loop->samples.empty());
  for (const RegisterSample& one : loop->samples)
    EXPECT_LT(static_cast<std::size_t>(one.at), loop->body.size());
  const auto index = static_cast<int>(loop - hot.all.begin());
  const auto places = std::count(hot.of_place.begin(), hot.of_place.end(), index);
  EXPECT_LE(static_cast<std::size_t>(places), loop->body.size()) << "none in the middle of one";
  EXPECT_GE(static_cast<std::size_t>(places), loop->body.size() / 2);
}

TEST(OuterSteps, are_the_constants_that_the_loop_around_adds) {
  const auto instruction = [](Operation operation, Register to, std::int64_t constant) {
    Instruction one;
    one.operation = operation;
    one.destination = {Operand::Kind::reg, to, 64, 0};
    one.first = one.destination;
    one.second = {Operand::Kind::immediate, no_register, 64, constant};
    one.reads = one.writes = bit_of(to);
    return one;
  };
  DecodedFunction function;
  function.instructions = {instruction(Operation::move, 0, 0), instruction(Operation::add, 0, 8),
                           instruction(Operation::add, 6, 4),
                           instruction(Operation::multiply, 3, 2)};
  function.loops = {{0, 3, -1, 0}, {1, 1, 0, 1}};
  const auto steps = find_outer_steps(function, 1);
  ASSERT_EQ(steps.size(), 1u) << "the counter of the inner loop is written twice, rbx multiplied";
  EXPECT_EQ(steps[0].name, 6);
  EXPECT_EQ(steps[0].step, 4);
  EXPECT_TRUE(find_outer_steps(function, 0).empty()) << "nothing is around it";
  function.instructions[3].calls = true;
  EXPECT_TRUE(find_outer_steps(function, 1).empty()) << "a call takes time of its own";
  function.instructions[3].calls = false;
  function.loops.push_back({3, 3, 0, 1});
  EXPECT_TRUE(find_outer_steps(function, 1).empty()) << "so does another loop";
}

TEST_F(HotCodes, without_a_loop_are_the_function) {
  place(reinterpret_cast<const void*>(&straight), 0, 100);
  const auto hot = find();
  ASSERT_EQ(hot.all.size(), 1u);
  EXPECT_FALSE(hot.all.front().loop);
  EXPECT_EQ(hot.all.front().hits.front(), 100);
}

TEST_F(HotCodes, that_are_few_are_pooled_and_nothing_is_followed_between_the_pieces) {
  place(reinterpret_cast<const void*>(&straight), 0, 1000);
  place(reinterpret_cast<const void*>(&add_all), 0, 2);
  const auto hot = find();
  ASSERT_EQ(hot.all.size(), 2u);
  EXPECT_EQ(hot.all.back().function, "");
  EXPECT_TRUE(hot.all.back().body.back().returns);
}

TEST_F(HotCodes, of_more_pieces_than_are_kept_point_into_what_is_there) {
  place(reinterpret_cast<const void*>(&straight), 0, 1'000'000);
  for (std::uint64_t offset = 0; offset < 100'000; ++offset)
    place(reinterpret_cast<const void*>(&find_hot_code), offset, 1);
  for (std::size_t i = 0; i < places_.size(); i += 10) sample(i, static_cast<double>(i), i);
  const auto hot = find();
  for (const int index : hot.of_place) EXPECT_LT(index, static_cast<int>(hot.all.size()));
  EXPECT_LT(hot.all.back().body.size(), 10'000u);
}

TEST_F(HotCodes, of_files_that_are_gone_are_none) {
  place(reinterpret_cast<const void*>(&straight), 0, 100);
  apply(perf::Mmap{0x20000000, 0x1000, 0, "/no/such/file"});
  places_.front().module = tasks_.processes().front().space.find(0x20000000)->module;
  const auto hot = find();
  EXPECT_TRUE(hot.all.empty());
  EXPECT_EQ(hot.of_place.front(), -1);
}

TEST_F(HotCodes, of_files_written_since_the_start_are_not_decoded_and_it_is_said) {
  place(reinterpret_cast<const void*>(&straight), 0, 100);
  constexpr std::int64_t long_ago = -std::int64_t{1} << 62;
  const auto hot = find(long_ago);
  EXPECT_TRUE(hot.all.empty());
  ASSERT_EQ(hot.notes.size(), 1u);
  EXPECT_THAT(hot.notes.front(), testing::HasSubstr("was written while the program ran"));
}

TEST(RegisterSamples, keep_consecutive_ones_of_a_long_run_in_whole_batches) {
  RegisterSamples samples;
  perf::Sample one;
  one.registers_known = true;
  for (std::size_t i = 0; i < 5 * most_register_samples; ++i)
    samples.add(0, 1, 0, static_cast<std::int64_t>(i), one);
  const auto& all = samples.all();
  EXPECT_LE(all.size(), most_register_samples);
  EXPECT_GE(all.size(), most_register_samples / 4);
  EXPECT_GT(all.back().time_ns, static_cast<std::int64_t>(4.9 * most_register_samples));
  std::size_t consecutive = 0;
  for (std::size_t i = 1; i < all.size(); ++i)
    if (all[i].stretch == all[i - 1].stretch) {
      EXPECT_EQ(all[i].time_ns, all[i - 1].time_ns + 1);
      ++consecutive;
    }
  EXPECT_GT(consecutive, all.size() * 9 / 10);
}

TEST(RegisterSamples, tell_where_a_thread_left_its_cpu) {
  RegisterSamples samples;
  perf::Sample one;
  one.registers_known = true;
  one.registers[perf::bx] = 42;
  samples.add(0, 1, 0, 1, one);
  samples.add(0, 1, 0, 2, one);
  samples.left_cpu(0);
  samples.add(0, 1, 0, 3, one);
  samples.add(1, 2, 0, 4, one);
  const auto& all = samples.all();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].stretch, all[1].stretch);
  EXPECT_NE(all[1].stretch, all[2].stretch);
  EXPECT_NE(all[2].stretch, all[3].stretch);
  EXPECT_EQ(all[0].registers[3], 42u) << "rbx is the third in encoding order";
}

}  // namespace
}  // namespace bottleneck::sched
