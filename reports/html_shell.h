// What every page has around its sections: the policy that lets nothing out, the style sheet, a
// header, the data and the one script. Between html.h and the pages; it knows nothing of what they
// say.
#pragma once

#include <string>

#include "reports/html.h"
#include "reports/html_markup.h"
#include "reports/json_text.h"

namespace bottleneck {

/// All of it is text, and escaped here.
struct PageFace {
  std::string title, subject;  ///< of the window: "title – subject"
  std::string code;            ///< below the name of the tool, as code: the command
  std::string facts;
};

/// Needs: `main` has the only <h1>.
std::string frame_page(const PageFace&, const Markup& main, const JsonText& data,
                       const PageScript&);

/// The data that a page carries: {"charts": ..., "report": ...}; the report is left out where it is
/// larger than a page can bear. `charts` is an object.
JsonText page_data(const JsonText& charts, const std::string& report);

}  // namespace bottleneck
