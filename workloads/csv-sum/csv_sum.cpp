// Net value of a file of transactions, lines of user,transaction_value, under a memory limit that
// the workload sets on itself: all rows at once do not fit, pieces of the file do.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t megabyte = 1'000'000;
constexpr std::size_t longest_line = 64;
constexpr std::size_t average_line = 19;  // of what write_transactions writes
constexpr std::uint64_t users = 1'000'000;
/// Of the sweep chunk-64k, chunk-1m, chunk-8m the fastest: 1.65, 1.83 and 1.92 s of CPU time (mean
/// of 6 interleaved runs, AMD EPYC with 512 kB of L2, file in the page cache). What was read is
/// still in the cache when it is parsed; bigger pieces only save system calls.
constexpr std::size_t best_piece = 64 << 10;
constexpr std::size_t write_bytes = 1 << 20;
/// Below this even an empty process with a few threads has no room.
constexpr std::uint64_t least_limit = 64 * megabyte;
/// Threads have no deep recursion here, and each stack counts against the limit.
constexpr std::size_t stack_bytes = 256 * 1024;

struct Row {
  std::string user;
  double value = 0;
};

struct Net {
  double sum = 0;
  double count = 0;
};

/// A byte for each byte of the file: as rows it needs two, since a line of 19 bytes becomes a row
/// of 40.
std::uint64_t memory_limit(std::size_t size) {
  return std::max<std::uint64_t>(least_limit, size * megabyte);
}

/// A limit of writable private memory (RLIMIT_DATA; RLIMIT_AS would count mapped files as well) as
/// long as it lives.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::uint64_t bytes) {
    if (getrlimit(RLIMIT_DATA, &before_) != 0) throw std::runtime_error("no limit can be read");
    rlimit now = before_;
    now.rlim_cur = std::min<rlim_t>(bytes, before_.rlim_max);
    if (setrlimit(RLIMIT_DATA, &now) != 0) throw std::runtime_error("no limit can be set");
  }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
  ~MemoryLimit() { setrlimit(RLIMIT_DATA, &before_); }

 private:
  rlimit before_{};
};

class InputFile {
 public:
  explicit InputFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw std::runtime_error(path + " cannot be opened: --prepare writes it");
    bytes_ = static_cast<std::size_t>(std::filesystem::file_size(path));
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { close(fd_); }

  std::size_t bytes() const { return bytes_; }

  /// Fewer than asked for only at the end of the file.
  std::size_t read(char* to, std::size_t count, std::size_t offset) const {
    std::size_t done = 0;
    while (done < count) {
      const ssize_t got = pread(fd_, to + done, count - done, static_cast<off_t>(offset + done));
      if (got < 0) throw std::runtime_error("a read failed");
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  int fd_;
  std::size_t bytes_ = 0;
};

std::string path_of(const Setting& setting) {
  return setting.data + "/transactions-" + std::to_string(setting.size) + "mb.csv";
}

char* append_value(char* at, std::int64_t cents) {
  if (cents < 0) *at++ = '-';
  const auto size = static_cast<std::uint64_t>(cents < 0 ? -cents : cents);
  at = std::to_chars(at, at + 20, size / 100).ptr;
  *at++ = '.';
  *at++ = static_cast<char>('0' + size / 10 % 10);
  *at++ = static_cast<char>('0' + size % 10);
  return at;
}

void write_transactions(const Setting& setting) {
  const std::string path = path_of(setting);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) throw std::runtime_error(path + " cannot be written");
  std::vector<char> buffer(write_bytes + longest_line);
  std::uint64_t random = workload::seed;
  bool good = true;
  for (std::size_t written = 0; good && written < setting.size * megabyte;) {
    char* at = buffer.data();
    while (at < buffer.data() + std::min(write_bytes, setting.size * megabyte - written)) {
      at = std::copy_n("user", 4, at);
      at = std::to_chars(at, at + 20, workload::next_random(random) % users).ptr;
      *at++ = ',';
      at = append_value(at,
                        static_cast<std::int64_t>(workload::next_random(random) % 200000) - 50000);
      *at++ = '\n';
    }
    const auto bytes = static_cast<std::size_t>(at - buffer.data());
    good = write(fd, buffer.data(), bytes) == static_cast<ssize_t>(bytes);
    written += bytes;
  }
  good = fsync(fd) == 0 && good;
  close(fd);
  if (!good) throw std::runtime_error(path + " could not be written: is the disk full?");
}

/// A deque grows without copying: what it takes is what its rows take.
[[gnu::noinline]] std::deque<Row> load_rows(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " cannot be opened: --prepare writes it");
  std::deque<Row> rows;
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t comma = line.find(',');
    if (comma == std::string::npos) throw std::runtime_error("a line without a comma");
    rows.push_back({line.substr(0, comma), std::strtod(line.c_str() + comma + 1, nullptr)});
  }
  return rows;
}

[[gnu::noinline]] Net sum_rows(const std::deque<Row>& rows) {
  Net net;
  for (const Row& row : rows) net.sum += row.value;
  net.count = static_cast<double>(rows.size());
  return net;
}

/// Of the lines that start in [first, last); *end is a zero.
[[gnu::noinline]] Net sum_lines(const char* first, const char* last, const char* end) {
  Net net;
  while (first < last) {
    const void* comma = std::memchr(first, ',', static_cast<std::size_t>(end - first));
    if (comma == nullptr) throw std::runtime_error("a line without a comma");
    char* after = nullptr;
    net.sum += std::strtod(static_cast<const char*>(comma) + 1, &after);
    net.count += 1;
    first = after + 1;
  }
  return net;
}

/// Of the lines that start in that piece. Reads one byte before it, to see whether a line starts
/// with the piece, and the end of the last line after it.
Net sum_piece(const InputFile& file, std::size_t piece, std::size_t bytes,
              std::vector<char>& buffer) {
  const std::size_t start = piece * bytes;
  const std::size_t before = start > 0 ? 1 : 0;
  buffer.resize(bytes + longest_line + 2);
  const std::size_t got = file.read(buffer.data(), bytes + longest_line + before, start - before);
  buffer[got] = 0;
  const char* const end = buffer.data() + got;
  const char* first = buffer.data();
  if (before > 0) first = std::find(first, end, '\n') + 1;
  return sum_lines(first, std::min<const char*>(buffer.data() + before + bytes, end), end);
}

Result answer(const Net& net) { return {"", {net.sum, net.count}}; }

Result load_whole(const Setting& setting) {
  const MemoryLimit limit(memory_limit(setting.size));
  return answer(sum_rows(load_rows(path_of(setting))));
}

Result sum_in_pieces(const Setting& setting, std::size_t bytes, int threads) {
  const MemoryLimit limit(memory_limit(setting.size));
  const InputFile file(path_of(setting));
  const std::size_t pieces = (file.bytes() + bytes - 1) / bytes;
  std::vector<Net> nets(static_cast<std::size_t>(threads));
  const auto sum_part = [&](int part, std::size_t first, std::size_t last) {
    Net mine;
    std::vector<char> buffer;
    for (std::size_t piece = first; piece < last; ++piece) {
      const Net net = sum_piece(file, piece, bytes, buffer);
      mine.sum += net.sum;
      mine.count += net.count;
    }
    nets[static_cast<std::size_t>(part)] = mine;
  };
  if (threads == 1)
    sum_part(0, 0, pieces);
  else
    workload::in_parallel(threads, pieces, sum_part);
  Net net;
  for (const Net& one : nets) {
    net.sum += one.sum;
    net.count += one.count;
  }
  return answer(net);
}

std::size_t chosen_piece(const Setting& setting) {
  return setting.piece > 0 ? setting.piece : best_piece;
}

Result sum_in_parallel(const Setting& setting) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
  return sum_in_pieces(setting, chosen_piece(setting), std::max(1, setting.threads));
}

Result sum_chunked(const Setting& setting) {
  return sum_in_pieces(setting, chosen_piece(setting), 1);
}

std::function<Result(const Setting&)> pieces_of(std::size_t bytes) {
  return [bytes](const Setting& setting) { return sum_in_pieces(setting, bytes, 1); };
}

std::string say_limit(std::size_t size, int threads) {
  const std::size_t need = size * megabyte / average_line * sizeof(Row);
  const bool fits = need < memory_limit(size);
  return "as rows the file takes some " + std::to_string(need / megabyte) +
         " MB, and the limit is " + std::to_string(memory_limit(size) / megabyte) + " MB: whole " +
         (fits ? "completes at this size." : "cannot complete.") +
         " Pieces take their own size each, whatever the file's, and are independent: at most " +
         std::to_string(threads) +
         "x with that many threads, less where the disk gives less than " + "they parse.";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload w;
  w.name = "csv-sum";
  w.line = "net value of a file of transactions, loaded whole under a memory limit";
  w.verdicts = {"memory_capacity"};
  w.unit = "MB";
  w.default_size = 300;
  w.quick_size = 100;
  w.check_size = 4;
  w.most_size = 100'000;
  w.tolerance = 1e-9;
  w.variants = {
      {"whole", "all rows in memory, then their sum", "", "", "speedup", load_whole},
      {"chunk-64k", "pieces of 64 kB, summed one by one", "whole", "work_in_pieces", "completes",
       pieces_of(64 << 10)},
      {"chunk-1m", "pieces of 1 MB", "whole", "work_in_pieces", "completes", pieces_of(1 << 20)},
      {"chunk-8m", "pieces of 8 MB", "whole", "work_in_pieces", "completes", pieces_of(8 << 20)},
      {"chunked",
       "pieces of the size that is asked for",
       "whole",
       "work_in_pieces",
       "completes",
       sum_chunked,
       {},
       true},
      {"chunked-parallel",
       "the pieces by several threads",
       "chunked",
       "spread_work",
       "speedup",
       sum_in_parallel,
       {},
       true},
  };
  w.needs = [](std::size_t size) {
    return workload::Needs{memory_limit(size), (size + 1) * megabyte};
  };
  w.limit = say_limit;
  w.prepare = write_transactions;
  return workload::run_main(w, argc, argv);
}
