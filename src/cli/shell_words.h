// A command in one word of the command line, split as a shell would: 'quotes', "quotes" and \. No
// shell runs it, so what only a shell can do is refused and not passed on as a plain word.
#pragma once

#include <string>

#include "src/core/run.h"

namespace bottleneck {

/// Leading words of the form K=V are its environment. `option` stands in the message. Errors:
/// throws Error (2) for an empty command, an open quote, and anything that asks for a shell.
Target split_command(const std::string& text, const std::string& option);

}  // namespace bottleneck
