#include "probes/inject/preload.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/unit/code/temporary_directory.h"

namespace bottleneck::inject {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

const std::string fixtures = FIXTURES;

struct Preload : testing::Test {
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = directory.write(name, text);
    ::chmod(path.c_str(), 0755);
    return path;
  }
  std::string copy(const std::string& fixture) const { return write(fixture, bytes_of(fixture)); }
  static std::string bytes_of(const std::string& fixture) {
    return read_whole(fixtures + "/" + fixture);
  }
  static std::optional<std::string> refuse(const std::string& path) {
    return refuse_preload(System{}, path);
  }
  TemporaryDirectory directory;
  const fs::path folder = directory.path();
};

#define NEEDS(name)                         \
  if (!fs::exists(fixtures + "/" + (name))) \
  GTEST_SKIP() << (name) << ": this compiler cannot build one"

TEST_F(Preload, goes_into_an_ordinary_program) {
  EXPECT_EQ(refuse(fixtures + "/dynamic"), std::nullopt);
  EXPECT_EQ(refuse(fixtures + "/no_pie"), std::nullopt);
}

TEST_F(Preload, stays_out_of_a_static_program) {
  NEEDS("fully_static");
  EXPECT_THAT(refuse(fixtures + "/fully_static"), Optional(HasSubstr("statically")));
}

TEST_F(Preload, stays_out_of_a_static_pie_although_it_has_a_dynamic_section) {
  NEEDS("static_pie");
  EXPECT_THAT(refuse(fixtures + "/static_pie"), Optional(HasSubstr("statically")));
}

TEST_F(Preload, stays_out_of_programs_with_a_sanitizer) {
  NEEDS("address");
  EXPECT_THAT(refuse(fixtures + "/address"), Optional(HasSubstr("AddressSanitizer")));
}

TEST_F(Preload, sees_a_sanitizer_that_was_linked_in) {
  NEEDS("address_inside");
  EXPECT_THAT(refuse(fixtures + "/address_inside"), Optional(HasSubstr("AddressSanitizer")));
}

TEST_F(Preload, sees_the_thread_sanitizer) {
  NEEDS("thread");
  EXPECT_THAT(refuse(fixtures + "/thread"), Optional(HasSubstr("ThreadSanitizer")));
}

TEST_F(Preload, sees_a_thread_sanitizer_that_was_linked_in) {
  NEEDS("thread_inside");
  EXPECT_THAT(refuse(fixtures + "/thread_inside"), Optional(HasSubstr("ThreadSanitizer")));
}

TEST_F(Preload, stays_out_of_programs_that_watch_others) {
  EXPECT_THAT(refuse(write("strace", bytes_of("dynamic"))),
              Optional(HasSubstr("strace watches other programs")));
  EXPECT_EQ(refuse(write("stracer", bytes_of("dynamic"))), std::nullopt);
}

TEST_F(Preload, stays_out_of_setuid_programs_of_others) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  const std::string path = copy("dynamic");
  ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
  ASSERT_EQ(::chmod(path.c_str(), 04755), 0);
  EXPECT_THAT(refuse(path), Optional(std::string("it is setuid")));
  ASSERT_EQ(::chmod(path.c_str(), 02755), 0);
  EXPECT_THAT(refuse(path), Optional(std::string("it is setgid")));
  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
  EXPECT_EQ(refuse(path), std::nullopt);
}

TEST_F(Preload, stays_out_of_programs_with_file_capabilities) {
  const std::string path = copy("dynamic");
  const vfs_cap_data capability{VFS_CAP_REVISION_2, {{1U << CAP_NET_RAW, 0}, {0, 0}}};
  if (::setxattr(path.c_str(), "security.capability", &capability, XATTR_CAPS_SZ_2, 0) != 0)
    GTEST_SKIP() << "capabilities cannot be set here: " << std::strerror(errno);
  EXPECT_THAT(refuse(path), Optional(HasSubstr("capabilities")));
}

TEST_F(Preload, tells_a_32_bit_program_from_one_for_another_machine) {
  std::string small = bytes_of("dynamic");
  small[EI_CLASS] = ELFCLASS32;
  small[offsetof(Elf64_Ehdr, e_machine)] = EM_386;
  EXPECT_THAT(refuse(write("small", small)), Optional(HasSubstr("32-bit")));
  std::string foreign = bytes_of("dynamic");
  foreign[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_RISCV);
  EXPECT_THAT(refuse(write("foreign", foreign)), Optional(HasSubstr("another kind of machine")));
}

TEST_F(Preload, judges_a_script_by_its_interpreter) {
  const std::string dynamic = fixtures + "/dynamic";
  EXPECT_EQ(refuse(write("plain", "#!" + dynamic + "\n")), std::nullopt);
  EXPECT_EQ(refuse(write("spaced", "#! " + dynamic + "  -x  \nrest")), std::nullopt);
  EXPECT_EQ(refuse(write("env", "#!/usr/bin/env sh\n")), std::nullopt);
  EXPECT_EQ(refuse(write("env_s", "#!/usr/bin/env -S A=1 sh -e\n")), std::nullopt);
  EXPECT_THAT(refuse(write("lost", "#!/usr/bin/env no_such_program\n")),
              Optional(HasSubstr("not found")));
  EXPECT_THAT(refuse(write("gone", "#!/no/such/file\n")), Optional(HasSubstr("/no/such/file")));
  EXPECT_THAT(refuse(write("empty", "#!\n")), Optional(HasSubstr("not found")));
  const std::string one = write("one", "#!" + dynamic + "\n");
  EXPECT_EQ(refuse(write("two", "#!" + one + "\n")), std::nullopt);
}

TEST_F(Preload, says_which_interpreter_it_cannot_enter) {
  NEEDS("fully_static");
  const std::string script = write("script", "#!" + fixtures + "/fully_static\n");
  EXPECT_THAT(refuse(script), Optional(HasSubstr("fully_static: it is linked statically")));
}

TEST_F(Preload, does_not_follow_a_script_that_is_its_own_interpreter) {
  const std::string path = (folder / "loop").string();
  EXPECT_THAT(refuse(write("loop", "#!" + path + "\n")), Optional(HasSubstr("too deep")));
}

TEST_F(Preload, gives_a_reason_for_what_is_no_program) {
  EXPECT_THAT(refuse((folder / "none").string()), Optional(HasSubstr("No such file")));
  EXPECT_THAT(refuse(folder.string()), Optional(HasSubstr("cannot be read")));
  EXPECT_THAT(refuse("/dev/null"), Optional(HasSubstr("cannot be read")));
  EXPECT_THAT(refuse(write("text", "hello")), Optional(HasSubstr("no program")));
  EXPECT_THAT(refuse(write("void", "")), Optional(HasSubstr("no program")));
}

TEST_F(Preload, survives_a_program_that_is_cut_or_damaged_anywhere) {
  const std::string whole = bytes_of("dynamic");
  for (std::size_t size = 0; size < 4096; size += 13) refuse(write("cut", whole.substr(0, size)));
  std::uint64_t state = 1;
  for (int i = 0; i < 400; ++i) {
    std::string damaged = whole;
    for (int k = 0; k < 20; ++k) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      damaged[(state >> 33) % 1024] = static_cast<char>(state >> 56);
    }
    refuse(write("damaged", damaged));
  }
}

TEST_F(Preload, finds_the_sampler_beside_the_program_and_where_it_is_installed) {
  const System system{folder.string()};
  fs::create_directories(folder / "proc/self");
  fs::create_directories(folder / "opt/bin");
  fs::create_symlink("/opt/bin/bottleneck", folder / "proc/self/exe");
  EXPECT_EQ(find_sampler_object(system), std::nullopt);
  for (const char* place : {"opt/lib64", "opt/" BOTTLENECK_LIBDIR, "opt/bin/lib"}) {
    fs::create_directories(folder / place / "bottleneck");
    const fs::path object = folder / place / "bottleneck/libbottleneck_sampler.so";
    std::ofstream(object) << "x";
    EXPECT_THAT(find_sampler_object(system), Optional(fs::canonical(object).string()));
  }
}

TEST_F(Preload, names_no_object_that_the_loader_would_take_for_two) {
  const System system{folder.string()};
  fs::create_directories(folder / "proc/self");
  for (const char* place : {"my tools", "a:b"}) {
    fs::create_directories(folder / place / "lib/bottleneck");
    std::ofstream(folder / place / "lib/bottleneck/libbottleneck_sampler.so") << "x";
    fs::remove(folder / "proc/self/exe");
    fs::create_symlink(std::string("/") + place + "/bottleneck", folder / "proc/self/exe");
    EXPECT_EQ(find_sampler_object(system), std::nullopt) << place;
  }
}

TEST_F(Preload, keeps_what_the_environment_already_asks_for) {
  EXPECT_THAT(preload_environment({"HOME=/x"}, "/s.so", "/proc/1/fd/3"),
              ElementsAre("LD_PRELOAD=/s.so", "ASAN_OPTIONS=verify_asan_link_order=0",
                          "BOTTLENECK_SEGMENT=/proc/1/fd/3"));
  EXPECT_THAT(
      preload_environment({"LD_PRELOAD=/a.so /b.so", "ASAN_OPTIONS=detect_leaks=0"}, "/s.so", "/m"),
      ElementsAre("LD_PRELOAD=/a.so /b.so:/s.so",
                  "ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0", "BOTTLENECK_SEGMENT=/m"));
  EXPECT_THAT(
      preload_environment({"ASAN_OPTIONS=verify_asan_link_order=1", "LD_PRELOAD="}, "/s.so", "/m"),
      ElementsAre("LD_PRELOAD=/s.so", "ASAN_OPTIONS=verify_asan_link_order=1",
                  "BOTTLENECK_SEGMENT=/m"));
}

}  // namespace
}  // namespace bottleneck::inject
