// The words of --help, beside the options' own (command_line.cpp).
#pragma once

namespace bottleneck {

inline constexpr const char* main_help =
    R"(bottleneck says where the wall-clock time of a program went, why, and what to do about it.

Usage: bottleneck COMMAND [OPTIONS]

Commands:
  run       run a program and say what its bottleneck is
  report    show a saved report again
  compare   say whether a change made a program slower, and what of it
  doctor    say what can be observed on this machine, and how to get more
  machine   measure what this machine can do at most
  demo      reference programs: diagnosed, predicted, rerun, compared

Options:
  --help, --version; each command has its own --help

Examples:
  bottleneck run ./myprog input.txt
  bottleneck run --json report.json -n 5 ./myprog
  bottleneck run --html report.html ./myprog
  bottleneck report -v report.json

The status is that of the program; 128+N after signal N, 127 not found, 126 not executable, 125 failure of bottleneck,
124 after --timeout, 2 for a command line that was not understood.
)";

inline constexpr const char* run_description =
    "Runs a program and says where its wall-clock time went, why, and what to do. The program "
    "keeps its terminal, "
    "its\ninput and its output; the report goes to standard error.";
inline constexpr const char* run_examples = R"(Examples:
  bottleneck run ./myprog -n 9              what follows the program's name is the program's
  bottleneck run -n 5 --json r.json ./myprog
  bottleneck run --html page.html ./myprog            a page for a browser, or for CI to keep
  bottleneck run --json - ./myprog | jq .verdict      the program's own output goes to standard error
  bottleneck run -C /data --env OMP_NUM_THREADS=4 --timeout 60 -- ./myprog --verbose)";

inline constexpr const char* report_description =
    "Analyzes a saved report anew and shows it; - reads standard input.";
inline constexpr const char* report_examples = R"(Examples:
  bottleneck report report.json
  bottleneck report -v report.json | less
  bottleneck report --html page.html report.json)";

inline constexpr const char* compare_description =
    "Says whether the head of a change is slower than its base, and what changed. Run side by side "
    "where both\ncommands are given; else from two saved reports of one machine.";
inline constexpr const char* compare_examples = R"(Examples:
  bottleneck compare --base './old 1000' --head './new 1000'
  bottleneck compare --base './old' --head './new' --gate 3% --budget 120 --json c.json
  bottleneck compare --base "sh -c './old < in'" --head "sh -c './new < in'"
  bottleneck compare base.json head.json    # from: bottleneck run -n 10 --json FILE -- PROGRAM

A regression is a median beyond the gate with an interval that excludes 1. Pairs are added until that, or its
absence, is shown, or the budget is spent. The status is 0 for ok and improvement, 1 for a regression; 0 for
inconclusive and incomparable, with --strict 3.)";

inline constexpr const char* demo_description =
    "Shows what bottleneck can do on reference programs: each is diagnosed like any other; what "
    "the diagnosis\nrecommends is predicted, rerun and compared. Without NAME they are listed.";
inline constexpr const char* demo_examples = R"(Examples:
  bottleneck demo                           lists them
  bottleneck demo matmul
  bottleneck demo matmul --all-variants --html matmul.html
  bottleneck demo --all --quick             all of them in some minutes
  bottleneck demo gpu-add                   on a CUDA device, else an OpenCL one, else --simulate
  bottleneck demo triad --size 512 --json - | jq .verifications

The status is 0 where all ran and were diagnosed rightly, else 1; 130 after Ctrl-C.)";

inline constexpr const char* doctor_description =
    "Says what each probe can see on this machine, and how to get more. Changes nothing.";
inline constexpr const char* doctor_examples = R"(Examples:
  bottleneck doctor
  sudo bottleneck doctor                    what root could see)";

inline constexpr const char* machine_description =
    "Measures what this machine can do at most: arithmetic, memory, storage, the kernel, and the "
    "latency ladder.\nKept for later runs, which hold programs against it.";
inline constexpr const char* machine_examples = R"(Examples:
  bottleneck machine                        5 seconds
  bottleneck machine --full -v              a minute, and every figure
  bottleneck machine --directory /data      the storage behind /data
  bottleneck machine --json - | jq .ceilings)";

}  // namespace bottleneck
