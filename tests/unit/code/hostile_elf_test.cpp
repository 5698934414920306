// Files that a target brings along may be broken by accident or on purpose. Whatever they hold, the
// answer comes, and no byte outside is read: run these in the preset with the sanitizers.
#include <random>

#include <gtest/gtest.h>

#include "probes/code/symbols.h"
#include "tests/unit/code/temporary_directory.h"

namespace bottleneck {
namespace {

const std::string fixtures = FIXTURES;

void ask_everything(const std::string& module) {
  Symbols symbols({});
  for (std::uint64_t offset = 0x1000; offset < 0x1300; offset += 37) {
    const auto frames = symbols.resolve(module, offset);
    ASSERT_FALSE(frames.empty());
    for (const Frame& frame : frames) ASSERT_LE(frame.function.size(), 4096u);
    symbols.function_name(module, offset);
    symbols.data_symbol(module, offset + 0x3000);
  }
}

void expect_answers_for_broken(const std::string& name, int flips) {
  const std::string whole = read_whole(fixtures + "/" + name);
  ASSERT_FALSE(whole.empty());
  TemporaryDirectory folder;
  std::mt19937 random(1);  // NOLINT: the same files in each run
  for (int i = 0; i < flips; ++i) {
    std::string broken = whole;
    const int bytes = 1 + static_cast<int>(random() % 8);
    for (int k = 0; k < bytes; ++k)
      broken[random() % broken.size()] = static_cast<char>(random() % 3 ? random() : 0xff);
    ask_everything(folder.write("broken", broken));
  }
}

TEST(HostileElf, gets_an_answer_with_bytes_changed_at_random) {
  expect_answers_for_broken("whole", 800);
}

TEST(HostileElf, gets_an_answer_with_bytes_changed_in_dwarf_4) {
  expect_answers_for_broken("dwarf4", 500);
}

TEST(HostileElf, gets_an_answer_with_bytes_changed_in_compressed_sections) {
  expect_answers_for_broken("compressed", 300);
}

TEST(HostileElf, gets_an_answer_with_each_byte_of_the_headers_changed) {
  const std::string whole = read_whole(fixtures + "/whole");
  TemporaryDirectory folder;
  for (std::size_t i = 4; i < 64 + 56 * 13; ++i)
    for (const char value : {'\xff', '\x00'}) {
      std::string broken = whole;
      broken[i] = value;
      ask_everything(folder.write("broken", broken));
    }
}

TEST(HostileElf, gets_an_answer_when_cut_anywhere) {
  const std::string whole = read_whole(fixtures + "/whole");
  TemporaryDirectory folder;
  for (std::size_t size = 0; size < whole.size(); size += 61)
    ask_everything(folder.write("broken", whole.substr(0, size)));
}

/// Section headers lie at the end: cut files have none. So the contents of the sections are broken
/// under good headers.
TEST(HostileElf, gets_an_answer_with_stretches_of_it_overwritten) {
  const std::string whole = read_whole(fixtures + "/whole");
  TemporaryDirectory folder;
  for (std::size_t at = 0x1300; at + 64 < whole.size(); at += 97)
    for (const char value : {'\xff', '\x00', '\x01'}) {
      std::string broken = whole;
      std::fill_n(broken.begin() + static_cast<std::ptrdiff_t>(at), 64, value);
      ask_everything(folder.write("broken", broken));
    }
}

TEST(HostileElf, gets_an_answer_when_it_is_said_to_be_32_bit) {
  std::string broken = read_whole(fixtures + "/whole");
  broken[4] = 1;  // EI_CLASS = ELFCLASS32
  TemporaryDirectory folder;
  ask_everything(folder.write("broken", broken));
}

}  // namespace
}  // namespace bottleneck
