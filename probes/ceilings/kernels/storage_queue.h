// Keeps a number of requests to one file in flight for some time: by io_uring, and by threads where
// that is blocked. It counts completions and checks what was read; figures are made of that in
// storage.cpp.
#pragma once

#include <string>
#include <vector>

#include "probes/ceilings/kernels/storage_file.h"

namespace bottleneck::ceilings {

struct Load {
  bool write = false;
  bool random = false;
  std::size_t block = storage_block;  ///< bytes per request
  int depth = 1;                      ///< requests in flight
};

struct LoadResult {
  std::vector<double> rates;  ///< requests per second, in each of some windows
  std::string how;            ///< "io_uring", "4 threads (io_uring: Operation not permitted)"
};

enum class Queueing { as_allowed, threads };

/// Errors: throws Unavailable if a request fails or returns what was never written.
LoadResult run_load(const StorageFile&, const Load&, double seconds,
                    Queueing = Queueing::as_allowed);

}  // namespace bottleneck::ceilings
