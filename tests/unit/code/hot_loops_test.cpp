#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/code/elf_file.h"
#include "tests/unit/code/machine_code.h"

namespace bottleneck {
namespace {

void expect_loop(const CodeLoop& loop, int first, int last, int parent, int depth) {
  EXPECT_EQ(loop.first, first);
  EXPECT_EQ(loop.last, last);
  EXPECT_EQ(loop.parent, parent);
  EXPECT_EQ(loop.depth, depth);
}

/// outer: mov ecx, 8; inner: movsd xmm0, [rdi+rcx*8]; test rax, rax; je skip; add rax, 1;
/// jmp inner; skip: dec rcx; jne inner; add rdi, 64; cmp rdi, rsi; jb outer; ret
constexpr const char* nested =
    "31c0 b908000000 f20f1004cf 4885c0 7406 4883c001 ebf0 48ffc9 75eb 4883c740 4839f7 72dd c3";

TEST(HotLoops, nest_and_two_jumps_to_one_head_are_one_loop) {
  const DecodedFunction function = decoded(nested);
  ASSERT_EQ(function.instructions.size(), 13u);
  ASSERT_EQ(function.loops.size(), 2u);
  expect_loop(function.loops[0], 1, 11, -1, 0);
  expect_loop(function.loops[1], 2, 8, 0, 1);
  EXPECT_EQ(innermost_loop(function, 0), -1);
  EXPECT_EQ(innermost_loop(function, 1), 0);
  EXPECT_EQ(innermost_loop(function, 2), 1);
  EXPECT_EQ(innermost_loop(function, 8), 1);
  EXPECT_EQ(innermost_loop(function, 9), 0);
  EXPECT_EQ(innermost_loop(function, 12), -1);
}

TEST(HotLoops, are_repeated_string_instructions_too_and_do_not_merge_with_the_loop_around) {
  const DecodedFunction function = decoded("f3aa 48ffca 75f9 c3");  // rep stosb; dec rdx; jne
  ASSERT_EQ(function.loops.size(), 2u);
  expect_loop(function.loops[0], 0, 2, -1, 0);
  expect_loop(function.loops[1], 0, 0, 0, 1);
  EXPECT_EQ(innermost_loop(function, 0), 1);
}

TEST(HotLoops, may_overlap) {
  // a: nop; b: nop; je a; nop; jne b; ret
  const DecodedFunction function = decoded("90 90 74fc 90 75fa c3");
  ASSERT_EQ(function.loops.size(), 2u);
  expect_loop(function.loops[0], 0, 2, -1, 0);
  expect_loop(function.loops[1], 1, 4, -1, 0);
}

TEST(HotLoops, are_not_made_of_cold_code_that_jumps_back) {
  // test edi, edi; js cold; back: add rax, 1; ret; cold: add rax, 2; jmp back
  EXPECT_TRUE(decoded("85ff 7805 4883c001 c3 4883c002 ebf5").loops.empty());
  // back: jmp rax, a jump table, may lead to the cold code
  EXPECT_EQ(decoded("7802 ffe0 4883c002 ebf8").loops.size(), 1u);
}

TEST(HotLoops, have_heads_at_instructions) {
  EXPECT_TRUE(decoded("b890909090 ebfa c3").loops.empty());  // jmp into the mov
  EXPECT_TRUE(decoded("90 eb10 90 c3").loops.empty());       // out of the function
  EXPECT_TRUE(decoded("90 eb80 c3").loops.empty());
  ASSERT_EQ(decoded("ebfe").loops.size(), 1u);  // jmp .
}

TEST(HotLoops, are_found_behind_bytes_that_are_no_instruction) {
  const DecodedFunction function = decoded("06 06 48ffc9 75fb 48");  // the last one is cut off
  ASSERT_EQ(function.instructions.size(), 2u);
  EXPECT_EQ(function.instructions[0].address, code_address + 2);
  EXPECT_EQ(function.instructions[0].length, 3);
  ASSERT_EQ(function.loops.size(), 1u);
  expect_loop(function.loops[0], 0, 1, -1, 0);
  EXPECT_TRUE(decoded("").instructions.empty());
  EXPECT_EQ(innermost_loop({}, 0), -1);
}

TEST(HotLoops, write_texts_with_absolute_targets) {
  const auto bytes = machine_code(nested);
  DecodedFunction function = decode_function(bytes, code_address);
  EXPECT_EQ(function.instructions[2].text, "");
  write_texts(function.instructions, bytes, code_address);
  EXPECT_EQ(function.instructions[2].text, "movsd xmm0, qword ptr [rdi+rcx*8]");
  EXPECT_THAT(function.instructions[8].text, testing::EndsWith("401007"));
  Instruction elsewhere;
  elsewhere.address = code_address - 5;
  write_texts({&elsewhere, 1}, bytes, code_address);
  EXPECT_EQ(elsewhere.text, "");
}

void expect_sound(const DecodedFunction& function, std::size_t bytes) {
  std::uint64_t end = code_address;
  for (const Instruction& one : function.instructions) {
    ASSERT_GE(one.address, end);
    end = one.address + one.length;
  }
  ASSERT_LE(end, code_address + bytes);
  for (const CodeLoop& loop : function.loops) {
    ASSERT_LE(loop.first, loop.last);
    ASSERT_LT(loop.last, static_cast<int>(function.instructions.size()));
    if (loop.parent < 0) continue;
    const CodeLoop& around = function.loops[static_cast<std::size_t>(loop.parent)];
    ASSERT_TRUE(around.first <= loop.first && around.last >= loop.last);
    ASSERT_EQ(loop.depth, around.depth + 1);
  }
}

/// The first chunk of the code of one in `every` programs. Returns how many there were.
int decode_programs(const std::filesystem::path& folder, int every) {
  constexpr std::size_t chunk = 65536;
  int seen = 0;
  int programs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_symlink() || ++seen % every != 0) continue;
    const auto elf = ElfFile::open(entry.path());
    if (!elf) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    for (const Segment& segment : elf->segments()) {
      if (!segment.executable) continue;
      std::vector<char> bytes(std::min<std::size_t>(segment.file_size, chunk));
      file.seekg(static_cast<std::streamoff>(segment.offset));
      file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
      const std::vector<std::uint8_t> code(bytes.begin(), bytes.end());
      expect_sound(decode_function(code, code_address), code.size());
    }
    ++programs;
  }
  return programs;
}

TEST(HotLoops, are_sound_in_every_tenth_program_here) {
  const int programs = decode_programs("/usr/bin", 10);
  if (programs == 0) GTEST_SKIP() << "no ELF file among every tenth file of /usr/bin";
}

}  // namespace
}  // namespace bottleneck
