#!/usr/bin/env python3
"""Measures what observing costs a target, against bare runs and against `perf record -F 997 -g`.

For each target: blocks of one run of each tool, in random order; ratios within a block; median of the ratios with a
bootstrap 95 % interval. Wall time is the target's own (its kernel loop), CPU time is all that the command burnt, the
profiler included (rusage of the reaped children). One Markdown table on stdout; --write puts it into docs/overhead.md.
Started by scripts/bench, which builds what is needed. Statistics only from the standard library.
"""
import argparse
import os
import platform
import random
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESAMPLES = 10_000  # of the bootstrap; more change the second digit of an end no more
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
LINE = re.compile(rb"wall_s=([\d.]+) cpu_s=([\d.]+) end_s=([\d.]+)")


@dataclass
class Target:
    """`args` with {rounds} scaled so that a bare run takes about `seconds`; limit: what issue and design promise."""
    name: str
    program: str
    args: str
    kind: str  # ratio: of wall and CPU time; added: ms of the whole command; after: s from target's exit to ours
    limit: str
    fixed_rounds: int = 0  # 0: scale
    rounds: int = 0
    runs: dict = field(default_factory=dict)  # tool -> [Run], by block


@dataclass
class Run:
    wall_s: float  # the target's own, where it prints it, else the command's
    cpu_s: float  # of the whole command
    command_s: float
    after_s: float  # from the target's last line to the end of the command; 0 where it prints none


TARGETS = [
    Target("compute, 1 thread", "compute", "{rounds} 1", "ratio", "≤ 1 %"),
    Target("compute, 2 threads", "compute", "{rounds} 2", "ratio", "≤ 1 %"),
    Target("streaming triad", "triad", "{rounds}", "ratio", "≤ 1 %"),
    Target("system calls", "syscalls", "{rounds}", "ratio", "≤ 3 %"),
    Target("2 000 processes", "processes", "{rounds}", "ratio", "≤ perf", fixed_rounds=2000),
    Target("true", "/bin/true", "", "added", "≤ 50 ms", fixed_rounds=1),
    Target("200 MB debug info", "big", "{rounds}", "after", "≤ 0.5 s"),
]


def measure(command):
    """One run of `command` (a list). Errors: exits with what the command printed if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"error: {shlex.join(command)} failed\n  why  exit status {done.returncode}: "
                 f"{done.stderr.decode(errors='replace')[-800:]}\n  so   nothing was measured\n  fix  run it by hand")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    own = LINE.search(done.stdout)
    if not own:
        return Run(end - start, cpu, end - start, 0.0)
    return Run(float(own[1]), cpu, end - start, end - float(own[3]))


def interval(values, statistic=statistics.median):
    """Bootstrap percentile 95 % interval of `statistic`; the same for the same values."""
    source = random.Random(20240229)
    n = len(values)
    found = sorted(statistic(source.choices(values, k=n)) for _ in range(RESAMPLES))
    return found[int(0.025 * RESAMPLES)], found[int(0.975 * RESAMPLES) - 1]


def scale(target, program, seconds):
    """Sets target.rounds so that a bare run takes about `seconds`."""
    if target.fixed_rounds:
        target.rounds = target.fixed_rounds
        return
    rounds = 1
    while True:
        wall = measure([program, *target.args.format(rounds=rounds).split()]).wall_s
        if wall > 0.1 or rounds > 1 << 40:
            break
        rounds *= 4
    target.rounds = max(1, round(rounds * seconds / wall))


def wrapped(tool, command, options, scratch):
    if tool == "bare":
        return command
    if tool == "perf":
        return [*shlex.split(options.perf), "record", "-q", "-F", "997", "-g", "-o", f"{scratch}/perf.data", "--", *command]
    return [*shlex.split(options.tool), *command]


def run_blocks(target, tools, options, scratch):
    program = target.program if target.program.startswith("/") else f"{options.targets_from}/{target.program}"
    scale(target, program, options.seconds)
    command = [program, *target.args.format(rounds=target.rounds).split()]
    for tool in tools:
        target.runs[tool] = []
    for block in range(options.pairs):
        for tool in random.sample(tools, len(tools)):
            target.runs[tool].append(measure(wrapped(tool, command, options, scratch)))
        if sys.stderr.isatty():
            print(f"\r{target.name}: block {block + 1} of {options.pairs} ", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr)


def percent(pairs):
    """`+0.4 % [−0.1, +0.9]` of ratios minus 1."""
    ratios = [a / b for a, b in pairs if b > 0]
    if not ratios:
        return "not measured"
    low, high = interval(ratios)
    text = lambda r: f"{100 * (r - 1):+.1f}".replace("-", "−")
    return f"{text(statistics.median(ratios))} % [{text(low)}, {text(high)}]"


def plain(values, unit, scaled):
    low, high = interval(values)
    return f"{scaled * statistics.median(values):.{1 if unit == 'ms' else 2}f} {unit} " \
           f"[{scaled * low:.{1 if unit == 'ms' else 2}f}, {scaled * high:.{1 if unit == 'ms' else 2}f}]"


def cells(target, tool):
    """(wall, cpu) cells of the table."""
    if tool not in target.runs:
        return "not run", "not run"
    pairs = list(zip(target.runs[tool], target.runs["bare"]))
    if target.kind == "added":
        return (plain([a.command_s - b.command_s for a, b in pairs], "ms", 1000),
                plain([a.cpu_s - b.cpu_s for a, b in pairs], "ms", 1000))
    cpu = percent([(a.cpu_s, b.cpu_s) for a, b in pairs])
    if target.kind == "after":
        return plain([a.after_s for a, _ in pairs], "s", 1), cpu
    return percent([(a.wall_s, b.wall_s) for a, b in pairs]), cpu


def machine():
    model = "unknown CPU"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    virtual = subprocess.run(["systemd-detect-virt"], capture_output=True, text=True, check=False).stdout.strip() \
        if os.path.exists("/usr/bin/systemd-detect-virt") else ""
    with open("/proc/sys/kernel/perf_event_paranoid", encoding="utf-8") as file:
        paranoid = file.read().strip()
    who = "root" if os.geteuid() == 0 else "an ordinary user"
    return (f"{model}, {len(os.sched_getaffinity(0))} CPUs{', ' + virtual if virtual else ''}, Linux "
            f"{platform.release()}, as {who} at perf_event_paranoid {paranoid}")


def table(targets, options, missing):
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True,
                            check=False).stdout.strip()
    quick = " A quick look, not a measurement: too few or too short runs." if options.pairs < 30 or options.seconds < 3 else ""
    lines = [f"{time.strftime('%Y-%m-%d')}, commit {commit}; {machine()}. {options.pairs} blocks of {options.seconds:g} s "
             f"a target, tools in random order; median of paired ratios to the bare run [bootstrap 95 %].{quick}", "",
             "| target | bare | bottleneck, wall | bottleneck, CPU | perf record, wall | perf record, CPU | promised (wall) |",
             "| --- | --- | --- | --- | --- | --- | --- |"]
    for target in targets:
        bare = statistics.median(r.wall_s for r in target.runs["bare"])
        name = target.name
        if target.kind == "after":
            name += ": from its exit to ours"
        if target.kind == "added":
            name += ": added"
        row = [name, f"{bare:.2f} s" if bare >= 0.1 else f"{1000 * bare:.1f} ms",
               *cells(target, "bottleneck"), *cells(target, "perf"), target.limit]
        lines.append("| " + " | ".join(row) + " |")
    if missing:
        lines += ["", f"perf record was not run: {missing}"]
    return "\n".join(lines)


def write(text, begin=BEGIN, end=END, page="overhead.md"):
    """Puts `text` between its markers in that page of docs/."""
    path = f"{ROOT}/docs/{page}"
    with open(path, encoding="utf-8") as file:
        page = file.read()
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n{text}\n{end}{after}")


def self_test():
    """The arithmetic, on values whose answer is known."""
    assert interval([1.0] * 30) == (1.0, 1.0)
    low, high = interval([1 + i / 100 for i in range(31)])
    assert 1.0 <= low < 1.15 < high <= 1.3, (low, high)
    assert percent([(1.01, 1.0)] * 5) == "+1.0 % [+1.0, +1.0]", percent([(1.01, 1.0)] * 5)
    assert percent([(0.99, 1.0)] * 5) == "−1.0 % [−1.0, −1.0]"
    assert percent([(1, 0)]) == "not measured"
    target = Target("t", "t", "", "after", "", runs={
        "bare": [Run(1, 1, 1.1, 0.1)] * 5, "bottleneck": [Run(2, 3, 1.5, 0.25)] * 5})
    assert cells(target, "bottleneck") == ("0.25 s [0.25, 0.25]", "+200.0 % [+200.0, +200.0]")
    target.kind = "added"
    assert cells(target, "bottleneck")[0] == "400.0 ms [400.0, 400.0]"
    assert cells(target, "perf") == ("not run", "not run")
    run = measure(["/bin/sh", "-c", "echo wall_s=1.5 cpu_s=0.5 end_s=1.0"])
    assert run.wall_s == 1.5 and run.command_s > 0 and run.after_s > 0
    print("ok")


def perf_missing(perf):
    """Why perf cannot be compared with here; empty if it can."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            tried = subprocess.run([*shlex.split(perf), "record", "-q", "-F", "997", "-g", "-o", f"{scratch}/p", "--",
                                    "/bin/true"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        except OSError as error:
            return str(error)
    return "" if tried.returncode == 0 else (tried.stderr.strip().splitlines() or ["it failed"])[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="5 blocks of 0.5 s: a look, not a measurement")
    parser.add_argument("--pairs", type=int, help="blocks for each target (30)")
    parser.add_argument("--seconds", type=float, help="of a bare run of the scaled targets (3)")
    parser.add_argument("--only", metavar="WORDS", help="targets whose name contains one of these, by commas")
    parser.add_argument("--tool", default=f"{ROOT}/build/release/bottleneck run -q --json /dev/null --",
                        help="what is measured; the target's command is appended")
    parser.add_argument("--perf", default="perf", help="the perf to compare with")
    parser.add_argument("--targets-from", default=f"{ROOT}/build/bench", help="folder of the built targets")
    parser.add_argument("--write", action="store_true", help="put the table into docs/overhead.md")
    parser.add_argument("--self-test", action="store_true", help="check the arithmetic and end")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    options.pairs = options.pairs or (5 if options.quick else 30)
    options.seconds = options.seconds or (0.5 if options.quick else 3.0)
    words = (options.only or "").split(",")
    targets = [t for t in TARGETS if any(w in t.name for w in words)]
    missing = perf_missing(options.perf)
    tools = ["bare", "bottleneck"] + ([] if missing else ["perf"])
    with tempfile.TemporaryDirectory() as scratch:
        for target in targets:
            run_blocks(target, tools, options, scratch)
    text = table(targets, options, missing)
    print(text)
    if options.write:
        write(text)
    return None


if __name__ == "__main__":
    main()
