// Where a class's time goes: process, function, file and line, the user's own code before that of
// libraries. Its place: the verdict and each finding carry one. It takes names as they are and
// judges nothing by them.
#pragma once

#include "src/analysis/derive.h"
#include "src/core/report.h"

namespace bottleneck {

Where find_where(const Profile&, const Evidence&, Bottleneck);

/// The object that most of the class's waiting was for ("tcp 10.0.0.1:80", a file); "" if none is
/// known.
std::string main_object(const Profile&, const Evidence&, Bottleneck);

}  // namespace bottleneck
