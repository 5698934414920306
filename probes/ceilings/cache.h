// The kept ceilings: where they lie, and whether they still hold. Between measure_ceilings
// (ceilings.h) and whoever wants figures without measuring anew. A set that is stale, of another
// machine, cut or made up is not used, and why is said; a cache that cannot be written is no
// failure. It measures nothing.
#pragma once

#include <optional>
#include <string>

#include "probes/system.h"
#include "src/core/json_ceilings.h"

namespace bottleneck {

/// CPU model, microcode, kernel, boot, CPU quota, affinity, memory and its limit, and `version`:
/// ours. What cannot be read is "", which only equals itself.
Fingerprint read_fingerprint(const System&, const std::string& version);

/// $XDG_CACHE_HOME/bottleneck/ceilings.json, else below $HOME/.cache; "" where neither is set to an
/// absolute path. Source: XDG Base Directory Specification 0.8.
std::string ceilings_cache_path();

struct KeptCeilings {
  std::optional<CeilingSet> set;
  std::string why_not;  ///< "no ceilings are kept yet", "measured before this boot"; "" if there is
};

/// Needs: `now` as read_fingerprint gives it. Errors: none.
KeptCeilings load_ceilings(const std::string& path, const Fingerprint& now);

/// Replaces what was there, whole or not at all. Gives why it could not; "" = kept. Errors: none.
std::string keep_ceilings(const std::string& path, const CeilingSet&);

/// "8:1" of the file system that holds it, as in CeilingSet; "" if there is no such directory.
std::string device_of(const std::string& directory);

/// Without what is about the storage, unless it was measured on that device.
void leave_foreign_storage(CeilingSet&, const std::string& device);

}  // namespace bottleneck
