// bottleneck-ceilings: measures what this machine can do at most, one line of JSON per figure on
// stdout. Started by probes/ceilings/ceilings.cpp, or by hand.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "probes/ceilings/kernels/session.h"
#include "probes/machine/text.h"
#include "src/core/error.h"
#include "src/core/json_measurement.h"

namespace bottleneck::ceilings {
namespace {

constexpr const char* usage =
    "Usage: bottleneck-ceilings [--set quick|full] [--only NAME[,NAME...]] [--directory DIR]\n"
    "                           [--budget SECONDS] [--list]\n"
    "Measures this machine and writes one line of JSON per figure. NAME may be the beginning of\n"
    "names; storage is measured in DIR only; --list names the figures of the set and ends.\n";

/// Threads run small kernels: 8 MB of address space for each would break a limit on it.
constexpr std::size_t thread_stack = 256u << 10;

struct Options {
  Request request;
  bool list = false;
  bool wrong = false;
};

Options read_options(int count, char** words) {
  Options options;
  options.request.budget_s = 0;
  for (int i = 1; i < count && !options.wrong; ++i) {
    const std::string_view word = words[i];
    if (word == "--list") {
      options.list = true;
      continue;
    }
    if (i + 1 == count) return {{}, false, true};
    const std::string value = words[++i];
    if (word == "--set" && (value == "full" || value == "quick")) {
      options.request.full = value == "full";
    } else if (word == "--only") {
      for (const auto name : split(value, ','))
        if (!name.empty()) options.request.names.emplace_back(name);
    } else if (word == "--directory") {
      options.request.directory = value;
    } else if (word == "--budget") {
      options.request.budget_s = std::atof(value.c_str());
      options.wrong = !(options.request.budget_s > 0);
    } else {
      options.wrong = true;
    }
  }
  constexpr double quick_budget_s = 5, full_budget_s = 60;
  if (options.request.budget_s <= 0)
    options.request.budget_s = options.request.full ? full_budget_s : quick_budget_s;
  return options;
}

/// Whoever started us wants none of this once it is gone; and if memory runs out, we are to be
/// taken first.
void be_dispensable() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::ofstream("/proc/self/oom_score_adj") << "1000";
}

void be_small() {
  mallopt(M_ARENA_MAX, 1);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, thread_stack);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

void tell(const Measurement& measurement, double seconds) {
  const std::string line = measurement_to_line(measurement, seconds) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

int run(const Options& options) {
  const Surroundings around = look_around(System{});
  Session session(around, options.request, tell, all_figures(around));
  if (!options.list) {
    session.run();
    return exit_ok;
  }
  for (const Figure& figure : session.figures())
    if (session.is_wanted(figure)) std::puts(figure.name.c_str());
  return exit_ok;
}

}  // namespace
}  // namespace bottleneck::ceilings

int main(int count, char** words) {
  using namespace bottleneck;
  const auto options = ceilings::read_options(count, words);
  if (options.wrong) {
    std::fputs(ceilings::usage, stderr);
    return exit_usage;
  }
  ceilings::be_dispensable();
  ceilings::be_small();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is said, not died of
  try {
    return ceilings::run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bottleneck-ceilings: %s\n", error.what());
    return exit_own_failure;
  }
}
