#include "probes/gpu/gpu_probe.h"
#include "probes/io/io_probe.h"
#include "probes/machine/confinement.h"
#include "probes/machine/load.h"
#include "probes/machine/machine.h"
#include "probes/memory/memory_probe.h"
#include "probes/perf/counters.h"
#include "probes/perf/sampler.h"
#include "probes/proc/proc_sampler.h"
#include "src/launch/collect.h"

namespace bottleneck {

std::vector<std::unique_ptr<Probe>> all_probes(const System& system, const ProbeOptions& options) {
  std::vector<std::unique_ptr<Probe>> probes;
  // First: they keep the process tree and set the timeline's windows; the second stands in.
  // In the order of finish: the sampler sets the timeline, io adds to it, load needs the CPU time
  // of both.
  probes.push_back(make_sampler(system, options.rate_hz));
  probes.push_back(make_proc_sampler(system, options.rate_hz, options.may_preload));
  probes.push_back(make_machine_probe(system));
  probes.push_back(make_confinement_probe());
  probes.push_back(make_counters(system));
  probes.push_back(make_memory_probe(system));
  probes.push_back(make_io_probe(system));
  probes.push_back(make_load_probe(system));
  probes.push_back(make_cupti_probe(system, options.may_preload));
  probes.push_back(make_opencl_probe(system));
  return probes;
}

}  // namespace bottleneck
