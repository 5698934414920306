// The writing end in a child process, the reading end here: as in real life.
#include <cstdlib>
#include <functional>

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/gpu/trace_file.h"
#include "probes/gpu/trace_folder.h"
#include "probes/inject/gpu_writer.h"
#include "probes/system.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck::gpu {
namespace {

using inject::GpuRecord;
using inject::GpuWriter;
using inject::RecordKind;

GpuWriter writer;  // as in the objects: never constructed, never destroyed

void write_kernels(int count, const char* name = "add") {
  for (int i = 0; i < count; ++i) {
    GpuRecord* record = writer.claim(RecordKind::kernel);
    if (!record) continue;
    record->start = 1000;
    record->end = 2000;
    record->name = writer.intern(name);
    GpuWriter::commit(record);
  }
}

/// How the child ended; it starts with an open writer.
int in_child(const std::string& folder, const std::function<void()>& act) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setenv("FOLDER", folder.c_str(), 1);
    if (!writer.open("FOLDER")) ::_exit(9);
    act();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

std::vector<TraceFile> files_in(const std::string& folder) {
  std::vector<TraceFile> files;
  for (const std::string& name : System{}.list(folder))
    if (auto file = TraceFile::open(folder + "/" + name)) files.push_back(std::move(*file));
  return files;
}

std::size_t count_in(const TraceFile& file) {
  std::size_t count = 0;
  file.for_each([&](const GpuRecord&) { ++count; });
  return count;
}

TEST(GpuWriter, leaves_whole_records_whatever_the_process_dies_of) {
  const TemporaryFolder folder;
  const int status = in_child(folder.path(), [] {
    write_kernels(100);
    writer.claim(RecordKind::h2d);
    std::abort();
  });
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  const auto files = files_in(folder.path());
  ASSERT_EQ(files.size(), 1U);
  std::size_t whole = 0;
  const std::uint64_t torn = files[0].for_each([&](const GpuRecord& record) {
    ++whole;
    EXPECT_EQ(files[0].name(record.name), "add");
  });
  EXPECT_EQ(whole, 100U);
  EXPECT_EQ(torn, 1U);
  EXPECT_FALSE(files[0].closed());
}

TEST(GpuWriter, drops_and_counts_where_files_may_not_grow) {
  const TemporaryFolder folder;
  const int status = in_child(folder.path(), [] {
    const rlimit limit{1'500'000, 1'500'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    write_kernels(1000);
    writer.close();
  });
  EXPECT_EQ(status, 0);
  const auto files = files_in(folder.path());
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].dropped(), 1000U);
  EXPECT_TRUE(files[0].closed());
}

TEST(GpuWriter, drops_and_counts_on_a_full_disk) {
  const TemporaryFolder folder;
  if (::mount("none", folder.path().c_str(), "tmpfs", 0, "size=2200k") != 0)
    GTEST_SKIP() << "mounting a small disk needs root";
  const int status = in_child(folder.path(), [] { write_kernels(30'000); });
  EXPECT_EQ(status, 0);
  const auto files = files_in(folder.path());
  ::umount2(folder.path().c_str(), MNT_DETACH);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_GT(count_in(files[0]), 5'000U);
  EXPECT_GT(files[0].dropped(), 15'000U);
  EXPECT_EQ(count_in(files[0]) + files[0].dropped(), 30'000U);
}

TEST(GpuWriter, records_nothing_where_its_folder_is_gone) {
  EXPECT_EQ(WEXITSTATUS(in_child("/nowhere/at/all", [] {})), 9);
}

TEST(GpuWriter, gives_a_forked_child_a_file_of_its_own) {
  const TemporaryFolder folder;
  const int status = in_child(folder.path(), [] {
    write_kernels(3);
    if (const pid_t child = ::fork(); child == 0) {
      writer.after_fork();
      write_kernels(5, "of the child");
      ::_exit(0);
    } else {
      int ended = 0;
      ::waitpid(child, &ended, 0);
    }
  });
  EXPECT_EQ(status, 0);
  const auto files = files_in(folder.path());
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(count_in(files[0]) + count_in(files[1]), 8U);
  EXPECT_NE(files[0].process(), files[1].process());
}

TEST(GpuWriter, has_room_for_names_until_it_has_none) {
  const TemporaryFolder folder;
  in_child(folder.path(), [] {
    for (int i = 0; i < 5'000; ++i)
      write_kernels(1,
                    ("a kernel whose name nobody else has, number " + std::to_string(i)).c_str());
    writer.close();
  });
  const auto files = files_in(folder.path());
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(count_in(files[0]), 5'000U);
}

TEST(TraceFile, refuses_what_is_no_such_file) {
  const TemporaryFolder folder;
  EXPECT_FALSE(TraceFile::open(folder.write("short", "BGPUTL01")));
  EXPECT_FALSE(TraceFile::open(folder.write("zeros", std::string(8192, '\0'))));
  EXPECT_FALSE(TraceFile::open(folder.path("absent")));
}

TEST(GpuFolder, is_made_by_the_first_that_needs_it_and_goes_with_its_owner) {
  std::string path;
  {
    const TraceFolder folder;
    path = folder.path();
    EXPECT_NE(::access(path.c_str(), F_OK), 0) << "nothing to be left behind yet";
    EXPECT_EQ(in_child(path, [] { write_kernels(3); }), 0);
    ASSERT_EQ(folder.files().size(), 1u);
    EXPECT_EQ(count_in(*TraceFile::open(folder.files().front())), 3u);
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(GpuFolder, is_not_made_for_a_launcher_that_has_gone) {
  const pid_t gone = ::fork();
  if (gone == 0) ::_exit(0);
  ::waitpid(gone, nullptr, 0);
  const TraceFolder folder;
  std::string path = folder.path();
  const std::string own = "-" + std::to_string(::getpid()) + "-";
  path.replace(path.find(own), own.size(), "-" + std::to_string(gone) + "-");
  EXPECT_NE(in_child(path, [] {}), 0) << "no writer without a folder";
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace bottleneck::gpu
