#!/usr/bin/env python3
"""Measures how much memory and disk observing takes for targets that could make it grow: many threads, many short
processes, a million samples, much debug information.

Each target runs once under the tool. Memory is the tool's own VmHWM, read from /proc while it lives; the size is
that of the saved JSON. One Markdown table on stdout; --write puts it into docs/overhead.md. Started by
`scripts/bench --memory`, which builds what is needed.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import overhead

BEGIN, END = "<!-- memory:begin -->", "<!-- memory:end -->"
MOST_MEMORY_MB, MOST_DISK_MB = 100, 5  # promised, for any target and any length
POLL_S = 0.002  # the peak is at the end, where the report is written: some 50 ms

# name, program, arguments, options of the tool, seconds to scale {rounds} to
TARGETS = [
    ("500 threads", "threads", "500 20", "", 0),
    ("20 000 short processes", "processes", "20000", "", 0),
    ("1 000 000 samples", "compute", "{rounds} 2", "--rate 10000", 52),
    ("200 MB debug info", "big", "{rounds}", "", 3),
]


def peak_mb(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
    except OSError:
        return 0
    return int(found[1]) / 1024 if found else 0


def rounds_for(program, arguments, seconds):
    if not seconds:
        return 1
    target = overhead.Target("", program, arguments, "ratio", "")
    overhead.scale(target, program, seconds)
    return target.rounds


def measure(name, program, arguments, options, seconds, settings):
    path = f"{settings.targets_from}/{program}"
    command = [path, *arguments.format(rounds=rounds_for(path, arguments, seconds)).split()]
    with tempfile.TemporaryDirectory() as scratch:
        saved = f"{scratch}/report.json"
        start = time.monotonic()
        tool = subprocess.Popen([settings.tool, "run", "-q", *options.split(), "--json", saved, "--", *command],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        peak = 0.0
        while tool.poll() is None:
            peak = max(peak, peak_mb(tool.pid))
            time.sleep(POLL_S)
        wall = time.monotonic() - start
        if tool.returncode != 0:
            sys.exit(f"error: {name}: exit status {tool.returncode}\n  why  see above\n  so   nothing was measured\n"
                     f"  fix  run it by hand: {' '.join(command)}")
        size = os.path.getsize(saved) / 1e6
        with open(saved, encoding="utf-8") as file:
            costs = json.load(file)["profile"]["overhead"]
    kept = peak <= MOST_MEMORY_MB and size <= MOST_DISK_MB
    thousands = lambda number: f"{number:,}".replace(",", " ")
    print(f"| {name} | {wall:.1f} s | {thousands(costs['samples'])} | {thousands(costs['switch_records'])} | "
          f"{thousands(costs['lost_records'])} | {peak:.0f} MB | {size:.2f} MB | {'yes' if kept else '**no**'} |", flush=True)
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="WORDS", help="targets whose name contains one of these, by commas")
    parser.add_argument("--tool", default=f"{overhead.ROOT}/build/release/bottleneck", help="the program to measure")
    parser.add_argument("--targets-from", default=f"{overhead.ROOT}/build/bench", help="folder of the built targets")
    parser.add_argument("--write", action="store_true", help="put the table into docs/overhead.md")
    settings = parser.parse_args()
    if settings.write:
        return overhead.write(subprocess.run([sys.executable, *[a for a in sys.argv if a != "--write"]], check=True,
                                             stdout=subprocess.PIPE, text=True).stdout.rstrip(), BEGIN, END)
    print(f"{time.strftime('%Y-%m-%d')}; {overhead.machine()}. Promised: {MOST_MEMORY_MB} MB of memory, {MOST_DISK_MB} MB on "
          "disk.\n\n| target | wall | samples | switches | records lost | our memory, peak | saved JSON | kept |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    kept = [measure(*target, settings) for target in TARGETS if any(w in target[0] for w in settings.only.split(","))]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
