// Split, apply, combine: sum and count of values by key, from a file of rows. In parallel rows must
// change hands before they can be summed: that shuffle is part of the work.
#include <algorithm>
#include <mutex>
#include <span>
#include <stdexcept>
#include <unordered_map>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workloads/harness/harness.h"

namespace {

using workload::Result;
using workload::Setting;

constexpr std::uint64_t keys = 1'000'000;
/// Rows that are shuffled at a time: their buckets stay in the cache.
constexpr std::size_t block_rows = 1 << 19;

struct Row {
  std::uint32_t key;
  std::int32_t cents;
};

struct Group {
  std::int64_t cents = 0;
  std::int64_t rows = 0;
};

using Groups = std::unordered_map<std::uint32_t, Group>;
using Bucket = std::vector<Row>;

std::string path_of(const Setting& setting) {
  return setting.data + "/rows-" + std::to_string(setting.size) + ".bin";
}

/// Keys as identifiers are: neither small nor in order.
std::uint32_t identifier(std::uint64_t number) {
  return static_cast<std::uint32_t>(workload::next_random(number) >> 32);
}

void write_rows(const Setting& setting) {
  const std::string path = path_of(setting);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) throw std::runtime_error(path + " cannot be written");
  std::uint64_t random = workload::seed;
  std::vector<Row> rows;
  bool good = true;
  for (std::size_t done = 0; good && done < setting.size; done += rows.size()) {
    rows.resize(std::min(block_rows, setting.size - done));
    for (Row& row : rows) {
      row.key = identifier(workload::next_random(random) % keys);
      row.cents = static_cast<std::int32_t>(workload::next_random(random) % 100'000);
    }
    const std::size_t bytes = rows.size() * sizeof(Row);
    good = write(fd, rows.data(), bytes) == static_cast<ssize_t>(bytes);
  }
  good = fsync(fd) == 0 && good;
  close(fd);
  if (!good) throw std::runtime_error(path + " could not be written: is the disk full?");
}

/// The rows of the file, mapped.
class Rows {
 public:
  explicit Rows(const Setting& setting) : bytes_(setting.size * sizeof(Row)) {
    const int fd = open(path_of(setting).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw std::runtime_error(path_of(setting) + " is missing: --prepare writes it");
    // Behind the end of the file a mapping kills.
    if (lseek(fd, 0, SEEK_END) < static_cast<off_t>(bytes_)) {
      close(fd);
      throw std::runtime_error(path_of(setting) + " is too short: --prepare writes it anew");
    }
    map_ = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    close(fd);
    if (map_ == MAP_FAILED) throw std::runtime_error(path_of(setting) + " cannot be mapped");
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() { munmap(map_, bytes_); }

  std::span<const Row> all() const { return {static_cast<const Row*>(map_), bytes_ / sizeof(Row)}; }

 private:
  std::size_t bytes_;
  void* map_;
};

[[gnu::noinline]] void add_rows(std::span<const Row> rows, Groups& groups) {
  for (const Row& row : rows) {
    Group& group = groups[row.key];
    group.cents += row.cents;
    ++group.rows;
  }
}

/// Not the hash of the table: the keys of one bucket would all fall into few of its slots.
std::size_t bucket_of(std::uint32_t key, std::size_t buckets) {
  const std::uint64_t mixed = key * std::uint64_t{0x9e3779b97f4a7c15};
  return static_cast<std::size_t>((mixed >> 32) * buckets >> 32);
}

/// The shuffle: each row goes to the bucket of the thread that will sum its key.
[[gnu::noinline]] void scatter_rows(std::span<const Row> rows, std::vector<Bucket>& buckets) {
  for (Bucket& bucket : buckets) bucket.clear();
  for (const Row& row : rows) buckets[bucket_of(row.key, buckets.size())].push_back(row);
}

/// Independent of the order of the groups.
void fold(const Groups& groups, std::uint64_t& print, std::int64_t& cents) {
  for (const auto& [key, group] : groups) {
    std::uint64_t state = key ^ static_cast<std::uint64_t>(group.cents * 31 + group.rows);
    print += workload::next_random(state);
    cents += group.cents;
  }
}

Result answer(std::size_t groups, std::uint64_t print, std::int64_t cents) {
  return {std::to_string(groups) + " groups " + std::to_string(cents) + " cents " +
              std::to_string(print),
          {}};
}

Result group_serially(const Setting& setting) {
  const Rows rows(setting);
  Groups groups;
  add_rows(rows.all(), groups);
  std::uint64_t print = 0;
  std::int64_t cents = 0;
  fold(groups, print, cents);
  return answer(groups.size(), print, cents);
}

Result map_and_reduce(const Setting& setting) {
  const Rows rows(setting);
  const auto n = static_cast<std::size_t>(std::max(1, setting.threads));
  std::vector<std::vector<Bucket>> buckets(n, std::vector<Bucket>(n));  // [mapper][reducer]
  std::vector<Groups> groups(n);
  for (std::size_t done = 0; done < rows.all().size(); done += block_rows) {
    const auto block = rows.all().subspan(done, std::min(block_rows, rows.all().size() - done));
    workload::in_parallel(static_cast<int>(n), block.size(),
                          [&](int mapper, std::size_t first, std::size_t last) {
                            scatter_rows(block.subspan(first, last - first),
                                         buckets[static_cast<std::size_t>(mapper)]);
                          });
    workload::in_parallel(static_cast<int>(n), n, [&](int, std::size_t first, std::size_t last) {
      for (std::size_t reducer = first; reducer < last; ++reducer)
        for (const auto& from : buckets) add_rows(from[reducer], groups[reducer]);
    });
  }
  std::size_t count = 0;
  std::uint64_t print = 0;
  std::int64_t cents = 0;
  std::mutex mutex;
  workload::in_parallel(static_cast<int>(n), n, [&](int, std::size_t first, std::size_t last) {
    for (std::size_t reducer = first; reducer < last; ++reducer) {
      const Groups mine = std::move(groups[reducer]);  // freed here, beside the others
      std::uint64_t my_print = 0;
      std::int64_t my_cents = 0;
      fold(mine, my_print, my_cents);
      const std::lock_guard guard(mutex);
      count += mine.size();
      print += my_print;
      cents += my_cents;
    }
  });
  return answer(count, print, cents);
}

std::string say_limit(std::size_t size, int threads) {
  return std::to_string(size) + " rows, " + std::to_string(keys) + " keys. With m the time of " +
         "scattering a row and r that of summing it: at most " + std::to_string(threads) +
         " r / (m + r), since serially no row changes hands; less where the buckets leave the "
         "cache, more where the smaller tables enter it.";
}

}  // namespace

int main(int argc, char** argv) {
  workload::Workload w;
  w.name = "map-reduce";
  w.line = "sum and count of values by key: split, apply, combine";
  w.verdicts = {"memory_latency", "compute"};
  w.unit = "rows";
  w.default_size = 8'000'000;
  w.quick_size = 2'500'000;
  w.check_size = 400'000;
  w.most_size = 10'000'000'000;
  w.variants = {
      {"serial", "one hash table, row by row", "", "", "speedup", group_serially},
      {"map-reduce", "rows go to the thread of their key, which sums them", "serial", "spread_work",
       "speedup", map_and_reduce},
  };
  w.needs = [](std::size_t size) {
    return workload::Needs{size * sizeof(Row) + 150'000'000, size * sizeof(Row)};
  };
  w.limit = say_limit;
  w.prepare = write_rows;
  return workload::run_main(w, argc, argv);
}
