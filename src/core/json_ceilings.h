// The measured ceilings of this machine as JSON: the face of `machine --json` (DESIGN section 2),
// and the kept file. Its place: below probes/ceilings/cache.h, which decides whether a kept set may
// be used; here is only what stands where. The lines of the helper are json_measurement.h.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/core/measurement.h"
#include "src/core/run.h"
#include "src/core/topology.h"

namespace bottleneck {

/// What identifies the machine, its state and our version: a set holds only where all are equal.
using Fingerprint = std::map<std::string, std::string>;

struct CeilingSet {
  Fingerprint fingerprint;
  bool full = false;           ///< the long set with more repeats, else the quick one
  bool partial = false;        ///< neither: only what the diagnosis of some runs asked for
  std::string storage_device;  ///< "8:1": where storage was measured; "" = it was not
  std::vector<Measurement> ceilings;
};

/// {"schema_version": 1, "kind": "machine", ..., "ceilings": [{"name", "value", "unit", "low",
/// "high"}, ...]}: those with a value; the others stand under "unavailable" with their reason.
std::string machine_to_json(const Machine&, const Topology&, const CeilingSet&);

/// The cached file. Fails on nothing: every number is finite by then.
std::string ceilings_to_json(const CeilingSet&);
/// Errors: throws Error; `name` stands in the message.
CeilingSet ceilings_from_json(const std::string& text, const std::string& name);

}  // namespace bottleneck
