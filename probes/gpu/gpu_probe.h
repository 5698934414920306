// The probes "gpu.cupti" and "gpu.opencl": each has its object loaded into the target by the
// vendor's own means (CUDA_INJECTION64_PATH, OPENCL_LAYERS), and reads what it wrote after the end.
// A program that uses no GPU pays for a variable in its environment and nothing else. They decide
// no class, and start nothing.
#pragma once

#include <memory>

#include "probes/probe.h"

namespace bottleneck {

/// `may_preload`: also the object that has the last operations written where a program ends
/// without its exit handlers.
std::unique_ptr<Probe> make_cupti_probe(const System&, bool may_preload);
std::unique_ptr<Probe> make_opencl_probe(const System&);

}  // namespace bottleneck
