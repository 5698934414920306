#include "probes/code/symbols.h"

#include <array>
#include <cstdio>
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/code/temporary_directory.h"

namespace bottleneck {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string fixtures = FIXTURES;
constexpr const char* outer = "shapes::Box::outer(int) const";

struct Place {
  std::uint64_t offset = 0;
  std::vector<Frame> frames;
};

/// Every byte of the file from the first to the last segment with code would be too many: this is
/// where code lies in programs as small as these, for a position-independent one and one that is
/// not.
std::vector<Place> places(Symbols& symbols, const std::string& module) {
  std::vector<Place> all;
  for (std::uint64_t offset = 0x1000; offset < 0x1400; ++offset)
    all.push_back({offset, symbols.resolve(module, offset)});
  return all;
}

std::vector<Frame> chain_into_leaf(Symbols& symbols, const std::string& module) {
  for (const Place& place : places(symbols, module))
    if (place.frames.size() == 3 && place.frames[0].function.find("leaf") != std::string::npos &&
        place.frames[0].line != 0)  // clang gives line 0 to what it merged from several lines
      return place.frames;
  return {};
}

std::uint64_t offset_of_function(Symbols& symbols, const std::string& module,
                                 const std::string& name) {
  for (const Place& place : places(symbols, module))
    if (place.frames.back().function == name) return place.offset;
  return 0;
}

void expect_the_inlined_chain(const std::string& module) {
  Symbols symbols({});
  const auto frames = chain_into_leaf(symbols, module);
  ASSERT_EQ(frames.size(), 3u) << module;
  EXPECT_THAT(frames[0].function, HasSubstr("leaf"));
  EXPECT_THAT(frames[1].function, HasSubstr("middle"));
  EXPECT_EQ(frames[2].function, outer);
  EXPECT_EQ(frames[0].line, 12);
  EXPECT_EQ(frames[1].line, 16);
  EXPECT_EQ(frames[2].line, 26);
  for (const Frame& frame : frames) EXPECT_THAT(frame.file, EndsWith("inlined.cpp"));
  for (const Frame& frame : frames) EXPECT_EQ(frame.start, frames[2].start);
  EXPECT_EQ(symbols.function_name(module, frames[2].start), outer);
}

TEST(Symbols, show_the_chain_of_inlined_functions_with_the_line_of_each) {
  expect_the_inlined_chain(fixtures + "/whole");
}

TEST(Symbols, read_dwarf_4_of_a_program_at_fixed_addresses) {
  expect_the_inlined_chain(fixtures + "/dwarf4");
}

TEST(Symbols, read_compressed_debug_sections) {
  expect_the_inlined_chain(fixtures + "/compressed");
}

TEST(Symbols, find_the_debug_file_that_the_program_links_to) {
  expect_the_inlined_chain(fixtures + "/split");
}

TEST(Symbols, need_no_debug_aranges_as_clang_writes_none) {
  if (::access((fixtures + "/clang").c_str(), R_OK) != 0)
    GTEST_SKIP() << "no clang++ here when this was built";
  expect_the_inlined_chain(fixtures + "/clang");
}

TEST(Symbols, find_the_debug_file_by_build_id_below_the_root_of_the_process) {
  TemporaryDirectory root;
  const std::string notes =
      "readelf -n " + fixtures + "/whole 2>/dev/null | sed -n 's/.*Build ID: //p'";
  std::array<char, 128> id{};
  FILE* pipe = ::popen(notes.c_str(), "r");
  const bool known = pipe && std::fgets(id.data(), static_cast<int>(id.size()), pipe);
  if (pipe) ::pclose(pipe);
  if (!known) GTEST_SKIP() << "no readelf, or the linker writes no build-id";
  std::string hex(id.data());
  hex.pop_back();
  root.write(
      "proc/9/root/usr/lib/debug/.build-id/" + hex.substr(0, 2) + "/" + hex.substr(2) + ".debug",
      read_whole(fixtures + "/split.debug"));
  root.write("proc/9/root/app", read_whole(fixtures + "/stripped"));
  Symbols symbols({root.path()});
  EXPECT_EQ(chain_into_leaf(symbols, "/proc/9/root/app").size(), 3u);
}

TEST(Symbols, refuse_a_linked_debug_file_of_another_build) {
  TemporaryDirectory root;
  root.write("split.debug", read_whole(fixtures + "/split.debug") + "changed");
  const std::string program = root.write("split", read_whole(fixtures + "/split"));
  Symbols symbols({});
  EXPECT_TRUE(chain_into_leaf(symbols, program).empty());
}

TEST(Symbols, give_functions_local_to_a_file_their_full_name) {
  Symbols symbols({});
  EXPECT_NE(offset_of_function(symbols, fixtures + "/whole", "local_to_this_file(double)"), 0u);
  EXPECT_NE(offset_of_function(symbols, fixtures + "/whole", "plain_c_name"), 0u);
  EXPECT_NE(offset_of_function(symbols, fixtures + "/whole", "main"), 0u);
}

TEST(Symbols, name_the_stubs_of_the_procedure_linkage_table) {
  Symbols symbols({});
  EXPECT_NE(offset_of_function(symbols, fixtures + "/whole", "printf@plt"), 0u);
  EXPECT_NE(offset_of_function(symbols, fixtures + "/stripped", "printf@plt"), 0u);
}

TEST(Symbols, say_where_a_function_without_name_begins) {
  Symbols symbols({});
  const std::uint64_t start = offset_of_function(symbols, fixtures + "/whole", outer);
  ASSERT_NE(start, 0u);
  const Frame frame = symbols.resolve(fixtures + "/stripped", start + 5).back();
  std::ostringstream expected;
  expected << "function at 0x" << std::hex
           << start;  // segments of this program have offset = address
  EXPECT_EQ(frame.function, expected.str());
  EXPECT_EQ(frame.start, start);
  EXPECT_EQ(frame.file, "");
  EXPECT_EQ(symbols.function_name(fixtures + "/stripped", start + 5), expected.str());
}

std::map<std::string, std::uint64_t> symbols_by_nm(const std::string& module) {
  std::map<std::string, std::uint64_t> found;
  FILE* pipe = ::popen(("nm " + module + " 2>/dev/null").c_str(), "r");
  std::array<char, 512> line{};
  while (pipe && std::fgets(line.data(), static_cast<int>(line.size()), pipe)) {
    std::istringstream words(line.data());
    std::uint64_t address = 0;
    std::string type;
    std::string name;
    if (words >> std::hex >> address >> type >> name) found[name] = address;
  }
  if (pipe) ::pclose(pipe);
  return found;
}

TEST(DataSymbol, is_the_object_that_holds_the_address_also_in_bss) {
  const auto known = symbols_by_nm(fixtures + "/whole");
  if (known.empty()) GTEST_SKIP() << "no nm here";
  Symbols symbols({});
  const std::uint64_t table = known.at("fixture_table");
  EXPECT_EQ(symbols.data_symbol(fixtures + "/whole", table), "fixture_table");
  EXPECT_EQ(symbols.data_symbol(fixtures + "/whole", table + 63), "fixture_table");
  EXPECT_NE(symbols.data_symbol(fixtures + "/whole", table + 64), "fixture_table");
  EXPECT_EQ(symbols.data_symbol(fixtures + "/whole", 64), "");
  EXPECT_EQ(symbols.data_symbol(fixtures + "/whole", known.at("_ZL13fixture_zeros") + 9),
            "fixture_zeros");
  EXPECT_EQ(symbols.data_symbol(fixtures + "/whole", known.at("main")), "");
}

TEST(BytesBefore, are_the_files_bytes_up_to_the_place) {
  Symbols symbols({});
  const std::string whole = read_whole(fixtures + "/whole");
  const auto bytes = symbols.bytes_before(fixtures + "/whole", 0x1010, 16);
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), whole.substr(0x1000, 16));
  EXPECT_EQ(symbols.bytes_before(fixtures + "/whole", 4, 16).size(), 4u);
  EXPECT_TRUE(symbols.bytes_before(fixtures + "/whole", 0, 16).empty());
  EXPECT_TRUE(symbols.bytes_before(fixtures + "/whole", 1ull << 40, 16).empty());
  EXPECT_TRUE(symbols.bytes_before("/nonexistent", 16, 16).empty());
}

void expect_nothing(Symbols& symbols, const std::string& module) {
  const auto frames = symbols.resolve(module, 0x1234);
  ASSERT_EQ(frames.size(), 1u) << module;
  EXPECT_EQ(frames[0].function, "") << module;
  EXPECT_EQ(frames[0].start, 0u) << module;
  EXPECT_EQ(symbols.function_name(module, 0x1234), "") << module;
  EXPECT_EQ(symbols.data_symbol(module, 0x1234), "") << module;
}

TEST(Symbols, give_an_empty_frame_for_what_is_no_program) {
  TemporaryDirectory root;
  const std::string pipe = root.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  Symbols symbols({});
  for (const std::string& module :
       {std::string(), std::string("/nonexistent"), std::string("[heap]"), std::string("//anon"),
        pipe, root.path(), std::string("/dev/zero"), root.write("text", "no program"),
        root.write("empty", "")})
    expect_nothing(symbols, module);
}

TEST(Symbols, call_the_kernels_own_user_code_vdso) {
  Symbols symbols({});
  EXPECT_EQ(symbols.resolve("[vdso]", 0x700).at(0).function, "[vdso]");
}

/// "function\nfile:line\n" for each frame, as addr2line -i -f prints; lines alone are compared,
/// names differ in spelling.
std::string lines_by(const std::string& command) {
  std::string lines;
  std::array<char, 4096> line{};
  FILE* pipe = ::popen(command.c_str(), "r");
  for (int i = 0; pipe && std::fgets(line.data(), static_cast<int>(line.size()), pipe); ++i) {
    std::string text(line.data());
    text = text.substr(0, text.find(" (discriminator"));
    if (text.back() == '\n') text.pop_back();
    if (i % 2 == 1) lines += text.substr(text.rfind('/') + 1) + "\n";
  }
  if (pipe) ::pclose(pipe);
  return lines;
}

TEST(Symbols, agree_with_addr2line_on_every_instruction_of_the_inlined_loop) {
  const std::string module = fixtures + "/whole";
  Symbols symbols({});
  const std::uint64_t start = offset_of_function(symbols, module, outer);
  std::string ours;
  std::ostringstream command;
  command << "addr2line -i -f -e " << module << std::hex;
  for (std::uint64_t offset = start; symbols.resolve(module, offset).back().start == start;
       ++offset) {
    command << " " << offset;
    for (const Frame& frame : symbols.resolve(module, offset))
      ours +=
          frame.file.substr(frame.file.rfind('/') + 1) + ":" + std::to_string(frame.line) + "\n";
  }
  const std::string theirs = lines_by(command.str() + " 2>/dev/null");
  if (theirs.empty()) GTEST_SKIP() << "no addr2line here";
  EXPECT_EQ(ours, theirs);
}

}  // namespace
}  // namespace bottleneck
