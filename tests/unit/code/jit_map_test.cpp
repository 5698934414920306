#include <gtest/gtest.h>

#include "probes/code/symbols.h"
#include "tests/unit/code/temporary_directory.h"

namespace bottleneck {
namespace {

constexpr const char* map = "proc/77/root/tmp/perf-77.map";

TEST(JitFunction, names_the_code_around_an_address) {
  TemporaryDirectory root;
  root.write(
      map,
      "7f0000001000 20 LazyCompile:~main app.js:1\n0x7f0000002000 10 py::fib\nnonsense\n12 zz x\n");
  Symbols symbols({root.path()});
  EXPECT_EQ(symbols.jit_function(77, 0x7f0000001000), "LazyCompile:~main app.js:1");
  EXPECT_EQ(symbols.jit_function(77, 0x7f000000101f), "LazyCompile:~main app.js:1");
  EXPECT_EQ(symbols.jit_function(77, 0x7f0000001020), "");
  EXPECT_EQ(symbols.jit_function(77, 0x7f0000002008), "py::fib");
  EXPECT_EQ(symbols.jit_function(78, 0x7f0000001000), "");
}

TEST(JitFunction, reads_on_when_the_file_has_grown_and_lets_later_code_replace_earlier) {
  TemporaryDirectory root;
  root.write(map, "1000 100 first\n2000 1");
  Symbols symbols({root.path()});
  EXPECT_EQ(symbols.jit_function(77, 0x1080), "first");
  EXPECT_EQ(symbols.jit_function(77, 0x2080), "");
  root.write(map, "1000 100 first\n2000 100 second\n1040 80 third\n");
  EXPECT_EQ(symbols.jit_function(77, 0x2080), "second");
  EXPECT_EQ(symbols.jit_function(77, 0x1080), "third");
  EXPECT_EQ(symbols.jit_function(77, 0x1000), "");
}

TEST(JitFunction, keeps_what_it_read_when_the_process_is_gone) {
  TemporaryDirectory root;
  const std::string file = root.write(map, "1000 100 first\n");
  Symbols symbols({root.path()});
  EXPECT_EQ(symbols.jit_function(77, 0x1000), "first");
  std::filesystem::remove(file);
  EXPECT_EQ(symbols.jit_function(77, 0x1000), "first");
}

TEST(JitFunction, asks_for_the_id_that_the_process_has_in_its_own_namespace) {
  TemporaryDirectory root;
  root.write("proc/77/status", "Name:\tnode\nPid:\t77\nNSpid:\t77\t5\nThreads:\t1\n");
  root.write("proc/77/root/tmp/perf-5.map", "1000 100 inside\n");
  EXPECT_EQ(Symbols({root.path()}).jit_function(77, 0x1000), "inside");
}

}  // namespace
}  // namespace bottleneck
