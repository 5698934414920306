// Numbers as people read them: the only place of the program that scales units and rounds for show.
// Input is always SI base units; a value that was not measured never comes here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/core/measurement.h"

namespace bottleneck {

std::string format_seconds(double seconds);    ///< "3.21 s", "45 ms", "2 min 5 s"
std::string format_bytes(double bytes);        ///< "8.0 MB", powers of 1000
std::string format_count(double count);        ///< "37 000"
std::string format_percent(double share);      ///< 0.91 -> "91 %", 0.004 -> "0.4 %"
std::string format_factor(double factor);      ///< "1.8×"
std::string format_quantity(const Quantity&);  ///< by its unit

/// Whole percents that add up to 100 wherever the shares add up to 1: by the largest remainder.
std::vector<int> round_to_hundred(const std::vector<double>& shares);

}  // namespace bottleneck
