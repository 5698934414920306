// What each sub-command is told and does; one source file per command. The words of the command
// line are read elsewhere (command_line.h). Each returns the exit status; failures are thrown and
// shown by show_error.
#pragma once

#include <string>

#include "src/core/error.h"
#include "src/launch/collect.h"

namespace bottleneck {

enum class Color { automatic, always, never };

/// Where a report goes in each form: "" = none, "-" = standard output, for at most one of them.
struct OutputPaths {
  std::string json, html, trace, pprof, folded, sarif, markdown, junit;
};

struct RunCommand {
  LaunchOptions launch;
  ProbeOptions probes;
  int runs = 1;
  OutputPaths outputs;
  bool verbose = false;
  bool annotate = false;
  bool quiet = false;
  bool calibrate = true;  ///< may measure costs after a long run where none are kept
  Color color = Color::automatic;
};

struct ReportCommand {
  std::string file;  ///< "-" = standard input
  OutputPaths outputs;
  bool verbose = false;
  bool annotate = false;
  Color color = Color::automatic;
};

struct CompareCommand {
  std::string base_text, head_text;  ///< as given; "" where saved reports are compared
  Target base, head;                 ///< from these
  std::string base_file, head_file;
  std::string directory;
  std::string gate_text;
  double gate = 0.05;
  int pairs = 10;
  double budget_s = 60;
  double timeout_s = 0;
  bool strict = false;
  bool profile = true;
  ProbeOptions probes;
  std::string json, html, markdown, junit;  ///< "" = none, "-" = standard output
  Color color = Color::automatic;
};

struct DoctorCommand {
  Color color = Color::automatic;
};

struct MachineCommand {
  bool full = false;
  std::string json, html;       ///< "" = none, "-" = standard output
  std::string directory = ".";  ///< where storage is measured
  bool keep = true;             ///< for later runs
  bool verbose = false;
  Color color = Color::automatic;
};

struct DemoCommand {
  std::string name;  ///< "" = list them, or all of them
  bool all = false;
  std::size_t size = 0;  ///< 0 = its own
  bool all_variants = false;
  bool quick = false;
  bool simulate = false;  ///< our stand-in answers for a GPU's driver
  std::string json;       ///< "" = none, "-" = standard output
  std::string html;
  bool verbose = false;
  Color color = Color::automatic;
};

/// The target's status; with several runs the first that is not 0.
int run_command(const RunCommand&);
int report_command(const ReportCommand&);
/// 0 ok or improvement, 1 regression; where nothing could be said 0, and 3 if strict; 130 after ^C.
int compare_command(const CompareCommand&);
int doctor_command(const DoctorCommand&);
int machine_command(const MachineCommand&);
/// 0 all ran and were diagnosed rightly, else 1; 130 after Ctrl-C.
int demo_command(const DemoCommand&);

/// In four parts on standard error.
void show_error(const Error&);

}  // namespace bottleneck
