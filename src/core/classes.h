// The vocabulary of verdicts (DESIGN section 4): bottleneck classes, details, parallelism,
// confidence. One spelling everywhere: the enumerator, the JSON, the command line and the documents
// say the same word.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace bottleneck {

enum class Bottleneck {
  compute,
  memory_bandwidth,
  memory_latency,
  memory_capacity,
  io_read,
  io_write,
  network,
  lock,
  sleep,
  kernel,
  run_queue,
  gpu_transfer,
  gpu_compute,
  gpu_memory,
  gpu_launch,
  gpu_sync,
  unattributed,
};
inline constexpr int bottleneck_count = static_cast<int>(Bottleneck::unattributed) + 1;

/// The finer word beside a class; `none` where there is nothing finer to say.
enum class Detail {
  none,
  unsplit,
  scalar,
  vectorized,
  divide,
  branchy,
  chain,
  interpreted,
  unoptimized,  // compute
  stream,
  partial_lines,  // memory_bandwidth
  dependent,
  random,
  strided,  // memory_latency (random: io too)
  first_touch,
  swap,
  reclaim,
  limit,  // memory_capacity
  sequential,
  small,
  sync,  // io_read, io_write
  mutex,
  flock,
  spin,
  runtime,  // lock
  timer,
  child,
  outside,
  for_work,  // sleep
  syscalls,
  switches,
  processes,
  copies,  // kernel
  other_load,
  quota,
  placement,  // run_queue
  pageable,   ///< memory that the driver copies through a buffer of its own first
  repeated,   // gpu_transfer: the same data again
  tiny,
  setup,  // gpu_launch: many short ones; few long ones (contexts, modules, JIT)
};

enum class Parallelism { idle, oversubscribed, parallel, imbalanced, serial };
enum class Confidence { weak, fair, strong };

std::string_view to_string(Bottleneck);
std::string_view to_string(Detail);  ///< "" for none
std::string_view to_string(Parallelism);
std::string_view to_string(Confidence);
std::optional<Bottleneck> bottleneck_named(std::string_view);
std::optional<Detail> detail_named(std::string_view);
std::optional<Parallelism> parallelism_named(std::string_view);
std::optional<Confidence> confidence_named(std::string_view);
std::array<Bottleneck, bottleneck_count> all_bottlenecks();

}  // namespace bottleneck
