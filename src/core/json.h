// JSON of the nouns, both ways: the saved file (DESIGN section 2) with its stable face, and the
// Profile inside it. The only file of the core that knows the JSON library.
#pragma once

#include <string>

#include "src/core/report.h"

namespace bottleneck {

/// The saved file: the stable face of DESIGN section 2, with the Profile under "profile". One line
/// per top-level key. Invalid UTF-8 is replaced, `<` is written as \u003c, so that the text may
/// stand inside HTML.
std::string report_to_json(const Report&);

/// The stable face alone, on one line and in ASCII: what a page carries with it.
std::string face_to_json(const Report&);

/// A JSON text of ours as a page may carry it: on one line, in ASCII, without `<`.
std::string json_for_page(const std::string& json);

/// What a saved file holds that cannot be derived anew.
struct Saved {
  Profile profile;
  std::vector<Verification> verifications;
  std::optional<Demo> demo;
};

/// Errors: throws Error for text that is no JSON, is cut, is of another kind, of another schema
/// version, or holds indices that point nowhere; `name` stands in the message.
Saved saved_from_json(const std::string& text, const std::string& name);

/// The Profile alone, of a file that is valid as a whole. Errors: as saved_from_json.
Profile profile_from_json(const std::string& text, const std::string& name);

}  // namespace bottleneck
