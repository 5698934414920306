#include "probes/proc/memory_map.h"

#include <filesystem>

#include <gmock/gmock.h>

#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck::proc {
namespace {

constexpr const char* maps =
    "555555554000-555555556000 r--p 00000000 fe:00 12 /usr/bin/a program\n"
    "555555556000-555555560000 r-xp 00002000 fe:00 12 /usr/bin/a program\n"
    "7ffff7c00000-7ffff7d00000 r-xp 00028000 fe:00 13                         /lib/libc.so.6 "
    "(deleted)\n"
    "7ffff7fb0000-7ffff7fb1000 rwxp 00000000 00:00 0 \n"
    "7ffff7fc0000-7ffff7fc2000 r-xp 00000000 00:00 0                          [vdso]\n";

TEST(MemoryMap, takes_the_executable_mappings_with_their_paths_as_they_are) {
  const auto found = parse_maps(maps);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].start, 0x555555556000U);
  EXPECT_EQ(found[0].end, 0x555555560000U);
  EXPECT_EQ(found[0].file_offset, 0x2000U);
  EXPECT_EQ(found[0].file, "/usr/bin/a program");
  EXPECT_EQ(found[1].file, "/lib/libc.so.6");
  EXPECT_EQ(found[2].file, "");
  EXPECT_EQ(found[3].file, "[vdso]");
}

TEST(MemoryMap, leaves_out_what_it_does_not_understand) {
  EXPECT_TRUE(parse_maps("").empty());
  EXPECT_TRUE(parse_maps("what is this\n\n-\n12-xy r-xp 0 0 0 /a\n").empty());
  EXPECT_TRUE(parse_maps("2000-1000 r-xp 00000000 00:00 0 /backwards\n").empty());
}

TEST(MemoryMap, puts_the_program_itself_first) {
  const TemporaryFolder root;
  root.write("proc/7/maps", maps);
  std::filesystem::create_symlink("/lib/libc.so.6", root.path("proc/7/exe"));
  const auto found = read_maps(System{root.path()}, 7);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->front().file, "/lib/libc.so.6");
  EXPECT_FALSE(read_maps(System{root.path()}, 8));
}

}  // namespace
}  // namespace bottleneck::proc
