// Ten independent CSV files of measurements, read from a cold page cache one after the other and
// parsed with strtod. Looks like a task for the storage, and is one for the CPU.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::size_t megabyte = 1'000'000;
constexpr std::size_t files = 10;
constexpr std::size_t columns = 4;
constexpr std::size_t longest_line = 64;
constexpr std::size_t write_bytes = 1 << 20;
constexpr std::size_t read_bytes = 1 << 20;

using Sums = std::array<double, columns>;

class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) throw std::runtime_error(path + " cannot be opened: --prepare writes it");
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(fd_); }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string path_of(const Setting& setting, std::size_t file) {
  return setting.data + "/measurements-" + std::to_string(setting.size) + "mb-" +
         std::to_string(file) + ".csv";
}

char* append_number(char* at, std::uint64_t millionths) {
  at = std::to_chars(at, at + 20, millionths / 1'000'000).ptr;
  *at++ = '.';
  for (std::uint64_t digit = 100'000; digit > 0; digit /= 10)
    *at++ = static_cast<char>('0' + millionths / digit % 10);
  return at;
}

void write_file(const std::string& path, std::size_t bytes, std::uint64_t random) {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC);
  std::vector<char> buffer(write_bytes + longest_line);
  for (std::size_t written = 0; written < bytes;) {
    char* at = buffer.data();
    while (at < buffer.data() + std::min(write_bytes, bytes - written))
      for (std::size_t column = 0; column < columns; ++column) {
        at = append_number(at, workload::next_random(random) % 1'000'000'000);
        *at++ = column + 1 < columns ? ',' : '\n';
      }
    const auto count = static_cast<std::size_t>(at - buffer.data());
    if (write(file.get(), buffer.data(), count) != static_cast<ssize_t>(count))
      throw std::runtime_error(path + " could not be written: is the disk full?");
    written += count;
  }
  // Pages that are not on the storage yet cannot be dropped before a run.
  if (fsync(file.get()) != 0) throw std::runtime_error(path + " could not be synced");
}

void write_files(const Setting& setting) {
  for (std::size_t file = 0; file < files; ++file)
    write_file(path_of(setting, file), setting.size * megabyte / files, workload::seed + file);
}

/// So that each run reads from the storage.
void drop_pages(const Setting& setting) {
  for (std::size_t file = 0; file < files; ++file)
    posix_fadvise(File(path_of(setting, file), O_RDONLY).get(), 0, 0, POSIX_FADV_DONTNEED);
}

/// `text` is reused: its memory stays.
[[gnu::noinline]] void read_file(const std::string& path, std::string& text) {
  const File file(path, O_RDONLY);
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) throw std::runtime_error(path + " cannot be seen");
  text.resize(static_cast<std::size_t>(facts.st_size));
  for (std::size_t done = 0; done < text.size();) {
    const std::size_t most = std::min(read_bytes, text.size() - done);
    const ssize_t got = read(file.get(), text.data() + done, most);
    if (got <= 0) throw std::runtime_error(path + " cannot be read to its end");
    done += static_cast<std::size_t>(got);
  }
}

[[gnu::noinline]] Sums parse(const std::string& text) {
  Sums sums{};
  const char* at = text.c_str();
  const char* const end = at + text.size();
  while (at < end)
    for (double& sum : sums) {
      char* after = nullptr;
      sum += std::strtod(at, &after);
      if (after == at) throw std::runtime_error("not a number");
      at = after + 1;
    }
  return sums;
}

Result answer(const std::array<Sums, files>& all) {
  Result result{"", std::vector<double>(columns)};
  for (const Sums& sums : all)
    for (std::size_t column = 0; column < columns; ++column) result.values[column] += sums[column];
  return result;
}

Result one_by_one(const Setting& setting) {
  drop_pages(setting);
  std::array<Sums, files> sums{};
  std::string text;
  for (std::size_t file = 0; file < files; ++file) {
    read_file(path_of(setting, file), text);
    sums[file] = parse(text);
  }
  return answer(sums);
}

Result read_in_parallel(const Setting& setting) {
  drop_pages(setting);
  std::array<std::string, files> texts;
  // A thread for each file: the storage is to have them all under way, however few the CPUs.
  workload::in_parallel(static_cast<int>(files), files,
                        [&](int, std::size_t first, std::size_t last) {
                          for (std::size_t file = first; file < last; ++file)
                            read_file(path_of(setting, file), texts[file]);
                        });
  std::array<Sums, files> sums{};
  for (std::size_t file = 0; file < files; ++file) {
    sums[file] = parse(texts[file]);
    std::string().swap(texts[file]);
  }
  return answer(sums);
}

Result parse_in_parallel(const Setting& setting) {
  drop_pages(setting);
  std::array<Sums, files> sums{};
  std::atomic<std::size_t> next{0};
  const int threads = std::clamp(setting.threads, 1, static_cast<int>(files));
  workload::in_parallel(threads, static_cast<std::size_t>(threads),
                        [&](int, std::size_t, std::size_t) {
                          std::string text;
                          for (std::size_t file = next++; file < files; file = next++) {
                            read_file(path_of(setting, file), text);
                            sums[file] = parse(text);
                          }
                        });
  return answer(sums);
}

std::string say_limit(std::size_t size, int threads) {
  const auto tasks = std::min<std::size_t>(files, static_cast<std::size_t>(std::max(1, threads)));
  const std::size_t rounds = (files + tasks - 1) / tasks;
  return "ten files of " + std::to_string(size / files) +
         " MB; strtod takes some 0.1 to 0.2 GB/s of a core, storage gives 1 GB/s and more: reading "
         "in parallel hides at most the time of reading, some tenth. Ten tasks on " +
         std::to_string(tasks) + " threads take " + std::to_string(rounds) + " rounds: at most " +
         std::to_string(files / rounds) + "." + std::to_string(10 * files / rounds % 10) + "x.";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload w;
  w.name = "csv-files";
  w.line = "ten independent CSV files, read from a cold cache one at a time and parsed";
  w.verdicts = {"compute"};
  w.unit = "MB";
  w.default_size = 120;
  w.quick_size = 40;
  w.check_size = 5;
  w.most_size = 100'000;
  w.tolerance = 1e-9;
  w.variants = {
      {"one-by-one", "a file is read, then parsed, then the next", "", "", "speedup", one_by_one},
      {"parallel-read", "all files are read by threads, then parsed one by one", "one-by-one",
       "read_in_parallel", "speedup", read_in_parallel},
      {"parallel-parse", "each thread reads and parses files", "one-by-one", "spread_work",
       "speedup", parse_in_parallel},
  };
  w.needs = [](std::size_t size) {
    return workload::Needs{(size + 20) * megabyte, (size + 1) * megabyte};
  };
  w.limit = say_limit;
  w.prepare = write_files;
  return workload::run_main(w, argc, argv);
}
