// Files made of literal records, and what the profile says of them.
#include <cstring>

#include <gmock/gmock.h>

#include "probes/gpu/gpu_timeline.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck::gpu {
namespace {

using inject::GpuRecord;
using inject::RecordKind;

constexpr std::int64_t exec_ns = 1'000'000'000;
constexpr std::uint64_t ms = 1'000'000;

GpuRecord record(RecordKind kind, std::uint64_t start_ms, std::uint64_t end_ms,
                 std::uint64_t correlation = 0) {
  GpuRecord made{};
  made.commit = inject::gpu_committed;
  made.kind = kind;
  made.start = exec_ns + start_ms * ms;
  made.end = exec_ns + end_ms * ms;
  made.correlation = correlation;
  made.thread = 42;
  return made;
}

struct Written {
  std::vector<GpuRecord> records;
  std::uint32_t process = 40;
  std::uint32_t closed = 1;
  std::uint64_t dropped = 0;
};

Profile profile_of(const std::vector<Written>& written, GpuSource source = GpuSource::cupti) {
  const TemporaryFolder folder;
  std::vector<TraceFile> files;
  for (const Written& one : written) {
    inject::GpuFileHeader header{};
    header.magic = inject::gpu_file_magic;
    header.version = inject::gpu_file_version;
    header.record_size = sizeof(GpuRecord);
    header.process = one.process;
    header.closed = one.closed;
    header.dropped = one.dropped;
    header.names_offset = sizeof header;
    header.names_size = header.names_used = 16;
    header.records_offset = sizeof header + 16;
    header.claimed = one.records.size();
    header.devices[0].valid = 1;
    header.devices[0].flags = inject::device_simulated;
    std::strcpy(header.devices[0].name, "the device");
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    bytes += std::string("\0_Z3addv\0copy\0\0\0", 16);
    for (const GpuRecord& each : one.records)
      bytes.append(reinterpret_cast<const char*>(&each), sizeof each);
    auto file = TraceFile::open(folder.write(std::to_string(files.size()), bytes));
    if (file) files.push_back(std::move(*file));
  }
  EXPECT_EQ(files.size(), written.size());
  Profile profile;
  profile.runs.emplace_back().wall_s = 10;
  profile.processes.resize(2);
  profile.processes[0].pid = 30;
  profile.processes[1].pid = 40;
  profile.threads.resize(2);
  profile.threads[0].tid = 30;
  profile.threads[1].tid = 42;
  profile.threads[1].process = 1;
  add_to_timeline(files, source, exec_ns, profile);
  return profile;
}

TEST(GpuTimelineOfFiles, counts_seconds_since_exec_and_finds_process_and_thread) {
  GpuRecord kernel = record(RecordKind::kernel, 5, 7, 1);
  kernel.name = 1;
  const GpuTimeline gpu = profile_of({{{record(RecordKind::api, 4, 5, 1), kernel}}}).gpu;
  ASSERT_EQ(gpu.operations.size(), 1U);
  const GpuOperation& one = gpu.operations[0];
  EXPECT_NEAR(one.start_s, 0.005, 1e-9);
  EXPECT_NEAR(one.busy_s, 0.002, 1e-9);
  EXPECT_NEAR(one.queued_s, 0.004, 1e-9);  // as its call begins
  EXPECT_EQ(one.process, 1);
  EXPECT_EQ(one.thread, 1);
  EXPECT_EQ(gpu.names.at(static_cast<std::size_t>(one.name)), "add()");
  EXPECT_TRUE(gpu.simulated());
}

TEST(GpuTimelineOfFiles, says_that_a_thread_waited_for_a_copy_within_its_call) {
  const GpuTimeline gpu =
      profile_of({{{record(RecordKind::api, 4, 8, 1), record(RecordKind::h2d, 5, 7, 1)}}}).gpu;
  ASSERT_EQ(gpu.operations.size(), 2U);
  EXPECT_EQ(gpu.operations[0].kind, GpuKind::sync);
  EXPECT_NEAR(gpu.operations[0].end_s, 0.008, 1e-9);
  EXPECT_EQ(gpu.operations[1].kind, GpuKind::h2d);
}

TEST(GpuTimelineOfFiles, says_no_wait_where_the_copy_outlasts_its_call) {
  const GpuTimeline gpu =
      profile_of({{{record(RecordKind::api, 4, 5, 1), record(RecordKind::h2d, 5, 7, 1)}}}).gpu;
  ASSERT_EQ(gpu.operations.size(), 1U);
}

TEST(GpuTimelineOfFiles, keeps_calls_that_launched_nothing_and_took_time) {
  const GpuTimeline gpu =
      profile_of({{{record(RecordKind::api, 4, 8, 1), record(RecordKind::api, 9, 9, 2)}}}).gpu;
  ASSERT_EQ(gpu.operations.size(), 1U);
  EXPECT_EQ(gpu.operations[0].kind, GpuKind::api);
}

TEST(GpuTimelineOfFiles, never_takes_a_lost_time_for_no_time) {
  GpuRecord lost = record(RecordKind::kernel, 0, 0);
  lost.start = lost.end = 0;
  lost.flags = inject::record_no_time;
  const GpuTimeline gpu = profile_of({{{lost}}}).gpu;
  EXPECT_TRUE(gpu.operations.empty());
  EXPECT_EQ(gpu.without_time, 1U);
}

TEST(GpuTimelineOfFiles, tells_what_is_missing) {
  GpuRecord torn = record(RecordKind::kernel, 1, 2);
  torn.commit = 0;
  GpuRecord backwards = record(RecordKind::kernel, 2, 1);
  GpuRecord stranger = record(RecordKind::unhandled, 0, 0);
  stranger.call = 9999;
  const GpuTimeline gpu = profile_of({{{torn, backwards, stranger}, 40, 0, 5}}).gpu;
  EXPECT_EQ(gpu.torn, 2U);
  EXPECT_EQ(gpu.dropped, 5U);
  EXPECT_TRUE(gpu.truncated);
  EXPECT_THAT(gpu.notes, testing::ElementsAre(testing::HasSubstr("9999")));
}

TEST(GpuTimelineOfFiles, joins_processes_on_one_device) {
  const GpuTimeline gpu = profile_of({{{record(RecordKind::kernel, 5, 6)}, 40},
                                      {{record(RecordKind::kernel, 1, 2)}, 30}})
                              .gpu;
  EXPECT_EQ(gpu.devices.size(), 1U);
  ASSERT_EQ(gpu.operations.size(), 2U);
  EXPECT_EQ(gpu.operations[0].process, 0);
  EXPECT_EQ(gpu.operations[1].process, 1);
}

TEST(GpuTimelineOfFiles, has_exact_totals_however_many_there_were) {
  Written many;
  for (std::uint64_t i = 0; i < 20'000; ++i)
    many.records.push_back(record(RecordKind::kernel, i / 10, i / 10 + 1));
  const GpuTimeline gpu = profile_of({many}).gpu;
  EXPECT_EQ(gpu.recorded, 20'000U);
  EXPECT_LE(gpu.operations.size(), gpu_most_operations);
  int count = 0;
  for (const GpuOperation& one : gpu.operations) count += one.count;
  EXPECT_EQ(count, 20'000);
}

}  // namespace
}  // namespace bottleneck::gpu
