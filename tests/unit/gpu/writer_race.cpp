// Threads that claim, name and commit at once, past the space that there is: run under
// ThreadSanitizer. Exit status 1: a record was lost without being counted.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "probes/inject/gpu_writer.h"

using bottleneck::inject::GpuRecord;
using bottleneck::inject::GpuWriter;
using bottleneck::inject::RecordKind;

namespace {
GpuWriter writer;
constexpr int threads = 4, each = 8000;  // of 10 000 that fit
std::size_t written = 0;

void write_records(int thread) {
  for (int i = 0; i < each; ++i) {
    GpuRecord* record = writer.claim(RecordKind::kernel);
    if (!record) continue;
    const std::string name = "kernel " + std::to_string(i % 50);
    record->name = writer.intern(name.c_str());
    record->thread = static_cast<std::uint32_t>(thread);
    GpuWriter::commit(record);
    __atomic_fetch_add(&written, 1, __ATOMIC_RELAXED);
  }
}
}  // namespace

int main() {
  char folder[] = "/tmp/bottleneck-race-XXXXXX";
  if (!mkdtemp(folder)) return 1;
  setenv("RACE_FOLDER", folder, 1);
  setenv(bottleneck::inject::gpu_bytes_variable, "2097152", 1);
  if (!writer.open("RACE_FOLDER")) return 1;
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back(write_records, i);
  for (std::thread& thread : running) thread.join();
  writer.close();
  const std::size_t fit = (1 << 20) / sizeof(GpuRecord);
  std::printf("%zu written, %zu fit\n", written, fit);
  const std::string clean = std::string("rm -rf ") + folder;
  if (std::system(clean.c_str()) != 0) return 1;
  return written == fit ? 0 : 1;
}
