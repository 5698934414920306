// The micro-benchmarks of our own hot paths, by topic. main.cpp registers all and says what they
// work on; bench/hot_paths.py makes the table. What they measure is our code, never this machine:
// that is probes/ceilings/kernels.
#pragma once

#include <string>

namespace bottleneck::bench {

/// perf::decode of one record of each kind that is frequent.
void add_records();

/// Names of addresses and decoded instructions. Needs: an ELF program with debug information.
void add_code(const std::string& program);

/// Diagnosis, writing and reading of a saved report. Needs: what --json writes.
void add_reports(const std::string& saved);

}  // namespace bottleneck::bench
