// A journal of small records, each of them written and forced to the storage on its own.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t record_bytes = 100;
constexpr std::size_t batch = 64;  // records

/// A file that is gone when it goes out of scope.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& folder)
      : path_(folder + "/small-writes.XXXXXX"), fd_(mkstemp(path_.data())) {
    if (fd_ < 0) throw std::runtime_error(path_ + " cannot be made: " + std::strerror(errno));
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    close(fd_);
    unlink(path_.c_str());
  }

  [[gnu::noinline]] void append(const std::string& bytes) const {
    if (write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error(path_ + " could not be written: is the disk full?");
  }
  [[gnu::noinline]] void sync() const {
    if (fsync(fd_) != 0) throw std::runtime_error(path_ + " could not be synced");
  }

  /// A number of its contents (FNV-1a), and their bytes.
  std::string fingerprint() const {
    std::uint64_t hash = 14695981039346656037U;
    std::size_t bytes = 0;
    std::vector<char> buffer(1 << 16);
    for (;;) {
      const ssize_t got = pread(fd_, buffer.data(), buffer.size(), static_cast<off_t>(bytes));
      if (got < 0) throw std::runtime_error(path_ + " cannot be read");
      if (got == 0) break;
      for (ssize_t i = 0; i < got; ++i) {
        hash ^= static_cast<unsigned char>(buffer[static_cast<std::size_t>(i)]);
        hash *= 1099511628211U;
      }
      bytes += static_cast<std::size_t>(got);
    }
    return std::to_string(bytes) + " bytes " + std::to_string(hash);
  }

 private:
  std::string path_;
  int fd_;
};

std::string make_record(std::size_t number, std::uint64_t& random) {
  char text[record_bytes + 1];
  const int length = std::snprintf(text, sizeof text, "%09zu %016llx", number,
                                   static_cast<unsigned long long>(workload::next_random(random)));
  std::string record(text, static_cast<std::size_t>(length));
  record.resize(record_bytes - 1, '.');
  return record + '\n';
}

/// A write for each `together` records, and a sync after it where `sync_each`, else one at the end.
Result write_records(const Setting& setting, std::size_t together, bool sync_each) {
  const TemporaryFile file(setting.data);
  std::uint64_t random = workload::seed;
  std::string pending;
  for (std::size_t i = 0; i < setting.size; ++i) {
    pending += make_record(i, random);
    if ((i + 1) % together != 0 && i + 1 < setting.size) continue;
    file.append(pending);
    if (sync_each) file.sync();
    pending.clear();
  }
  if (!sync_each) file.sync();
  return {file.fingerprint(), {}};
}

std::string say_limit(std::size_t size, int) {
  const std::size_t batches = (size + batch - 1) / batch;
  return std::to_string(size) + " records, one sync each. Batches of " + std::to_string(batch) +
         " need " + std::to_string(batches) + " syncs: at most " +
         std::to_string(size / std::max<std::size_t>(1, batches)) +
         "x, less what the writing itself takes; one sync at the end: bound by the writing of " +
         std::to_string(size * record_bytes / 1000) + " kB. More threads or CPUs give nothing.";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload w;
  w.name = "small-writes";
  w.line = "a journal: one write and one fsync for each record";
  // Kernel where the storage syncs at once, as in memory.
  w.verdicts = {"io_write", "kernel"};
  w.unit = "records";
  w.default_size = 4000;
  w.quick_size = 1200;
  w.check_size = 130;
  w.most_size = 10'000'000;
  w.variants = {
      {"each", "a write and an fsync for each record", "", "", "speedup",
       [](const Setting& s) { return write_records(s, 1, true); }},
      {"batched", "64 records for each write and fsync", "each", "sync_less", "speedup",
       [](const Setting& s) { return write_records(s, batch, true); }},
      {"end", "one fsync at the end", "batched", "sync_less", "speedup",
       [](const Setting& s) { return write_records(s, batch, false); }},
  };
  w.needs = [](std::size_t size) {
    return workload::Needs{20'000'000, size * record_bytes + 4096};
  };
  w.limit = say_limit;
  // Nothing but the place: the file itself is made and removed by each run.
  w.prepare = [](const Setting& s) { std::filesystem::create_directories(s.data); };
  return workload::run_main(w, argc, argv);
}
