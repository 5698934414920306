// What the storage under a directory gives: requests in flight against bytes and operations per
// second, and how long it takes until something is safe on it.
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "probes/ceilings/kernels/session.h"
#include "probes/ceilings/kernels/slices.h"
#include "probes/ceilings/kernels/storage_queue.h"

namespace bottleneck::ceilings {
namespace {

constexpr double quick_s = 0.08;
constexpr double margin = 0.15;  ///< Samples::least_margin
constexpr double full_s = 0.3;
constexpr std::size_t quick_bytes = 64u << 20;
constexpr std::size_t full_bytes = 256u << 20;
/// As large as the kernel's read-ahead asks for in one piece.
constexpr std::size_t sequential_block = 256u << 10;
constexpr int depths[] = {1, 4, 16, 64};
constexpr double only_divides_s = 0.001;

/// The quick set has one request in flight, and so many as most devices need.
bool is_quick(int depth) { return depth == 1 || depth == 16; }

/// One file for all figures, made when the first one needs it; why not, if it cannot be made.
class SharedFile {
 public:
  const StorageFile& in(Session& session) {
    const Request& request = session.request();
    if (request.directory.empty())
      throw Unavailable{"no directory to measure storage in was named", ""};
    if (refused_) throw *refused_;
    try {
      if (!file_)
        file_ = std::make_unique<StorageFile>(request.directory,
                                              request.full ? full_bytes : quick_bytes);
    } catch (const Unavailable& why) {
      refused_ = why;
      throw;
    }
    return *file_;
  }

 private:
  std::unique_ptr<StorageFile> file_;
  std::optional<Unavailable> refused_;
};

Outcome measure_load(const StorageFile& file, double seconds, const Load& load) {
  LoadResult result = run_load(file, load, seconds);
  Samples samples{{},
                  Unit::bytes_per_second,
                  Best::highest,
                  fmt::format("direct {} of {} each, {} in flight by {}, a file of {} in {}",
                              load.write ? "writes" : "reads", name_size(load.block), load.depth,
                              result.how, name_size(file.size()), file.directory())};
  samples.least_margin = margin;
  for (const double rate : result.rates)
    samples.values.push_back(rate * static_cast<double>(load.block));
  return samples;
}

Outcome count_operations(Session& session, const std::string& bytes_name) {
  const Measurement bytes = session.figure(bytes_name);
  if (const auto* why = std::get_if<Unavailable>(&bytes.result)) return *why;
  const auto& quantity = std::get<Quantity>(bytes.result);
  constexpr double each = storage_block;
  return Derived{{quantity.value / each, quantity.low / each, quantity.high / each, Unit::hertz},
                 fmt::format("{} / {}", bytes_name, name_size(storage_block))};
}

Outcome measure_sync(const StorageFile& file, double seconds) {
  const AlignedBuffer buffer = make_aligned(storage_block);
  number_blocks(buffer.get(), storage_block, 0);
  bool failed = false;
  const auto sync = [&] {
    const bool written = ::pwrite(file.fd(), buffer.get(), storage_block, 0) == storage_block;
    failed = failed || !written || ::fsync(file.fd()) != 0;
  };
  Samples samples{{},
                  Unit::seconds,
                  Best::lowest,
                  fmt::format("a write of {} and fsync in {}, wall-clock time",
                              name_size(storage_block), file.directory())};
  samples.least_margin = margin;
  samples.values = time_slices(seconds, sync, CLOCK_MONOTONIC);
  if (failed) return Unavailable{"a write or fsync failed", ""};
  return samples;
}

}  // namespace

void add_storage(Figures& figures) {
  const auto file = std::make_shared<SharedFile>();
  const auto add = [&](const std::string& name, const Load& load) {
    figures.push_back(
        {name, is_quick(load.depth) ? quick_s : 0, full_s, [=](Session& session, double seconds) {
           return measure_load(file->in(session), seconds, load);
         }});
  };
  for (const int depth : depths) {
    const std::string random = fmt::format("storage.random_read_qd{}", depth);
    add(random, {false, true, storage_block, depth});
    figures.push_back(
        {fmt::format("storage.random_read_iops_qd{}", depth), is_quick(depth) ? only_divides_s : 0,
         only_divides_s,
         [=](Session& session, double) { return count_operations(session, random); }});
    add(fmt::format("storage.sequential_read_qd{}", depth),
        {false, false, sequential_block, depth});
    add(fmt::format("storage.sequential_write_qd{}", depth),
        {true, false, sequential_block, depth});
  }
  figures.push_back({"storage.fsync", quick_s, full_s, [=](Session& session, double seconds) {
                       return measure_sync(file->in(session), seconds);
                     }});
}

}  // namespace bottleneck::ceilings
