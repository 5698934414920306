// Verifications and a demo in the saved file, both ways: unlike the rest of its face they cannot be
// derived anew from the profile, so `bottleneck report` keeps what it reads. Between json_face.cpp,
// json.cpp and the nouns of verification.h and demo.h.
#pragma once

#include <optional>
#include <vector>

#include "src/core/demo.h"
#include "src/core/json_profile.h"
#include "src/core/verification.h"

namespace bottleneck {

Json encode_verifications(const std::vector<Verification>&);
Json encode_demo(const Demo&);

/// Errors: throw BadField for a missing key, another type, a foreign word, an interval that does
/// not hold its value, more entries than any demo has, and figures that are none.
std::vector<Verification> decode_verifications(const nlohmann::json&);
Demo decode_demo(const nlohmann::json&);

}  // namespace bottleneck
