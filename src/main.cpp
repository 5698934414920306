// The last catch: what fails before the target runs is said in four parts and ends with its status.
#include <variant>

#include <fcntl.h>

#include "src/cli/command_line.h"
#include "src/cli/screen.h"

namespace bottleneck {
namespace {

/// Else a file of ours would become the descriptor 0, 1 or 2 that our parent had closed, and be
/// written to as such.
void occupy_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl(fd, F_GETFD) < 0) (void)!open("/dev/null", O_RDWR | O_CLOEXEC);
}

struct Execute {
  int operator()(const PrintText& printed) const {
    show(1, printed.text);
    return exit_ok;
  }
  int operator()(const RunCommand& command) const { return run_command(command); }
  int operator()(const ReportCommand& command) const { return report_command(command); }
  int operator()(const CompareCommand& command) const { return compare_command(command); }
  int operator()(const DoctorCommand& command) const { return doctor_command(command); }
  int operator()(const MachineCommand& command) const { return machine_command(command); }
  int operator()(const DemoCommand& command) const { return demo_command(command); }
};

int execute(const std::vector<std::string>& words) {
  try {
    return std::visit(Execute{}, parse_command_line(words));
  } catch (const Error& error) {
    show_error(error);
    return error.exit_status;
  } catch (const std::exception& error) {
    show_error({"bottleneck failed", error.what(), "nothing was measured", "please report this"});
    return exit_own_failure;
  }
}

}  // namespace
}  // namespace bottleneck

int main(int argc, char** argv) {
  bottleneck::occupy_standard_descriptors();
  return bottleneck::execute({argv + 1, argv + argc});
}
