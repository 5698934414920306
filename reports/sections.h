// The parts that renderers are made of, and the words that more than one of them uses. Between
// terminal.h and the values; each part writes whole lines to a Screen. No part decides anything:
// what is said was decided by the analysis.
#pragma once

#include <string>

#include "reports/screen.h"
#include "src/core/report.h"

namespace bottleneck {

/// At most 24 lines, `next` included: what fits on any terminal.
inline constexpr int first_screen_lines = 24;

void add_first_screen(Screen&, const Report&, const TerminalStyle&);
/// In its place for a demo. Needs: Report::demo.
void add_demo_screen(Screen&, const Report&, const TerminalStyle&);

/// What -v shows below the first screen: one function for each file.
void add_hot_loops(Screen&, const Report&);
void add_code_details(Screen&, const Profile&);  ///< top 20 on a CPU, top 20 off
void add_run_details(Screen&, const Report&);    ///< parallelism, phases, threads, overhead, notes
void add_probe_table(Screen&, const std::vector<ProbeState>&);
void add_measurements(Screen&, const std::vector<Measurement>&);

/// --annotate: the hot loops with the lines and instructions in which their samples lie.
void add_annotation(Screen&, const Report&, const SourceLines&);

/// "memory_latency, strided"; the class alone where nothing finer is known.
std::string name_class(Bottleneck, Detail);
std::string name_place(
    const Where&);  ///< "matmul.cpp:14", else the function, else the process; "" unknown
std::string name_function(std::string_view function);  ///< "ns::f(int, char)" -> "ns::f()"
std::string name_file(std::string_view path);          ///< without its folders
/// The command as it can be pasted into a shell.
std::string quote_command(const std::vector<std::string>& command);

}  // namespace bottleneck
