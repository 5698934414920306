#include "probes/code/kernel_symbols.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/code/temporary_directory.h"

namespace bottleneck {
namespace {

constexpr const char* functions =
    "ffffffff81000100 t futex_wait_queue\n"
    "ffffffff81000000 T do_read.isra.0\n"
    "ffffffff81000200 D some_data\n"
    "ffffffff81000300 W weak_one.constprop.0.cold\n"
    "ffffffffc0000000 t module_read\t[module]\n";

struct Machine {
  TemporaryDirectory root;
  std::string cache = root.path() + "/cache";
  explicit Machine(const std::string& kallsyms = functions) {
    boot("00000000-0000-0000-0000-000000000001");
    root.write("proc/kallsyms", kallsyms);
    modules("module 100 1 other, Live 0xffffffffc0000000\n");
  }
  void boot(const std::string& id) const {
    root.write("proc/sys/kernel/random/boot_id", id + "\n");
  }
  void modules(const std::string& text) const { root.write("proc/modules", text); }
  /// What a further reading of /proc would see: shows whether the cache was taken.
  void change_names() const { root.write("proc/kallsyms", "ffffffff81000000 T read_anew\n"); }
  KernelSymbols load() const { return KernelSymbols::load({root.path()}, cache); }
  std::string first() const { return std::string(load().name_of(0xffffffff81000010)); }
};

TEST(KernelSymbols, names_functions_without_what_the_compiler_appended) {
  const KernelSymbols symbols = Machine().load();
  EXPECT_TRUE(symbols.known());
  EXPECT_EQ(symbols.name_of(0xffffffff81000000), "do_read");
  EXPECT_EQ(symbols.name_of(0xffffffff810000ff), "do_read");
  EXPECT_EQ(symbols.name_of(0xffffffff81000250), "futex_wait_queue");
  EXPECT_EQ(symbols.name_of(0xffffffff81000300), "weak_one");
  EXPECT_EQ(symbols.name_of(0xffffffffc0000010), "module_read");
  EXPECT_EQ(symbols.name_of(0xffffffff80000000), "");
  EXPECT_EQ(symbols.name_of(0xfffffffff0000000), "");
}

TEST(KernelSymbols, knows_nothing_where_addresses_are_hidden_or_proc_is_not_there) {
  EXPECT_FALSE(Machine("0000000000000000 T do_read\n0000000000000000 t other\n").load().known());
  EXPECT_FALSE(Machine("").load().known());
  EXPECT_FALSE(KernelSymbols::load({"/nonexistent"}, "").known());
  EXPECT_EQ(KernelSymbols().name_of(5), "");
}

TEST(KernelSymbols, takes_the_cache_of_this_boot_and_reads_anew_after_another) {
  const Machine machine;
  EXPECT_EQ(machine.first(), "do_read");
  machine.change_names();
  EXPECT_EQ(machine.first(), "do_read");
  machine.modules("module 100 7 others, Live 0xffffffffc0000000\n");  // users changed, code did not
  EXPECT_EQ(machine.first(), "do_read");
  machine.modules("module 100 1\nnew 200 0\n");
  EXPECT_EQ(machine.first(), "read_anew");
}

TEST(KernelSymbols, reads_anew_after_a_restart) {
  const Machine machine;
  EXPECT_EQ(machine.first(), "do_read");
  machine.change_names();
  machine.boot("00000000-0000-0000-0000-000000000002");
  EXPECT_EQ(machine.first(), "read_anew");
}

TEST(KernelSymbols, keeps_its_cache_from_others) {
  const Machine machine;
  machine.load();
  struct stat facts {};
  ASSERT_EQ(::stat((machine.cache + "/kernel_symbols").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(machine.cache), {}), 1);
}

TEST(KernelSymbols, ignores_and_rewrites_a_cache_that_was_cut_or_changed_anywhere) {
  const Machine machine;
  machine.load();
  const std::string file = machine.cache + "/kernel_symbols";
  const std::string whole = read_whole(file);
  machine.change_names();
  ASSERT_GT(whole.size(), 100u);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string bad = whole;
    bad[i] = static_cast<char>(bad[i] ^ 0x41);
    machine.root.write("cache/kernel_symbols", bad);
    ASSERT_EQ(machine.first(), "read_anew") << "byte " << i;
    machine.root.write("cache/kernel_symbols", whole.substr(0, i));
    ASSERT_EQ(machine.first(), "read_anew") << "cut at " << i;
  }
  EXPECT_NE(read_whole(file), whole);
}

TEST(KernelSymbols, works_without_a_cache_that_can_be_written) {
  const Machine machine;
  EXPECT_TRUE(KernelSymbols::load({machine.root.path()}, "/proc/nowhere").known());
  EXPECT_TRUE(KernelSymbols::load({machine.root.path()}, "").known());
}

TEST(CacheDirectory, follows_xdg_before_home) {
  ::setenv("XDG_CACHE_HOME", "/x", 1);
  ::setenv("HOME", "/h", 1);
  EXPECT_EQ(cache_directory(), "/x/bottleneck");
  ::unsetenv("XDG_CACHE_HOME");
  EXPECT_EQ(cache_directory(), "/h/.cache/bottleneck");
  ::unsetenv("HOME");
  EXPECT_EQ(cache_directory(), "");
}

}  // namespace
}  // namespace bottleneck
