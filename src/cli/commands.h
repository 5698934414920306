// What each sub-command is told and does; one source file per command. The words of the command
// line are read elsewhere (command_line.h). Each returns the exit status; failures are thrown and
// shown by show_error.
#pragma once

#include <string>

#include "src/core/error.h"
#include "src/launch/collect.h"

namespace bottleneck {

enum class Color { automatic, always, never };

struct RunCommand {
  LaunchOptions launch;
  ProbeOptions probes;
  int runs = 1;
  std::string json;  ///< "" = none, "-" = standard output
  std::string html;  ///< likewise; not both "-"
  bool verbose = false;
  bool annotate = false;
  bool quiet = false;
  bool calibrate = true;  ///< may measure costs after a long run where none are kept
  Color color = Color::automatic;
};

struct ReportCommand {
  std::string file;  ///< "-" = standard input
  std::string json;
  std::string html;
  bool verbose = false;
  bool annotate = false;
  Color color = Color::automatic;
};

struct DoctorCommand {
  Color color = Color::automatic;
};

struct MachineCommand {
  bool full = false;
  std::string json;             ///< "" = none, "-" = standard output
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
  std::string json;  ///< "" = none, "-" = standard output
  std::string html;
  bool verbose = false;
  Color color = Color::automatic;
};

/// The target's status; with several runs the first that is not 0.
int run_command(const RunCommand&);
int report_command(const ReportCommand&);
int doctor_command(const DoctorCommand&);
int machine_command(const MachineCommand&);
/// 0 all ran and were diagnosed rightly, else 1; 130 after Ctrl-C.
int demo_command(const DemoCommand&);

/// In four parts on standard error.
void show_error(const Error&);

}  // namespace bottleneck
