#!/usr/bin/env python3
"""Measures our own hot paths with Google Benchmark (bench/micro): decoding of records, names of addresses,
disassembly, diagnosis, the saved file both ways.

One Markdown table on stdout; --write puts it into docs/overhead.md. Started by `scripts/bench --hot-paths`, which
builds what is needed. The report that is diagnosed comes from a run of 2 000 processes, the names from the target with
200 MB of debug information.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import overhead

BEGIN, END = "<!-- hot-paths:begin -->", "<!-- hot-paths:end -->"
SCALES = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns")]
NS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def in_words(ns):
    scale, unit = next((s for s in SCALES if ns >= s[0]), SCALES[-1])
    return f"{ns / scale:.3g} {unit}"


def rate_in_words(one):
    if "bytes_per_second" in one:
        return f"{one['bytes_per_second'] / 1e6:.0f} MB/s"
    items = one.get("items_per_second", 0)
    return f"{items / 1e6:.3g} million/s" if items >= 1e6 else f"{items:,.0f}/s".replace(",", " ")


def built(build):
    """The program in that folder, or exits with what the compiler said."""
    done = subprocess.run(["cmake", "--build", build, "--target", "hot_paths"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{done.stdout[-2000:]}\nerror: bench/micro could not be built\n  why  see above\n"
                 "  so   nothing was measured\n  fix  scripts/install-deps bench, then run this again")
    return f"{build}/bench/hot_paths"


def measured(settings):
    """(benchmark's repetitions by name, size of the report in bytes)"""
    with tempfile.TemporaryDirectory() as scratch:
        saved = f"{scratch}/report.json"
        overhead.measure([f"{settings.build}/bottleneck", "run", "-q", "--no-calibrate", "--json", saved, "--",
                          f"{settings.targets_from}/processes", "2000"])
        command = [built(settings.build), saved, f"{settings.targets_from}/big", "--benchmark_format=json",
                   f"--benchmark_repetitions={settings.repeats}", "--benchmark_enable_random_interleaving=true"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{done.stderr}\nerror: {command[0]} failed with {done.returncode}")
        by_name = {}
        for one in json.loads(done.stdout)["benchmarks"]:
            if one["run_type"] == "iteration":
                by_name.setdefault(one["run_name"], []).append(one)
        return by_name, os.path.getsize(saved)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9, help="of each benchmark, in random order")
    parser.add_argument("--build", default=f"{overhead.ROOT}/build/release", help="folder of the tool's build")
    parser.add_argument("--targets-from", default=f"{overhead.ROOT}/build/bench", help="folder of the built targets")
    parser.add_argument("--write", action="store_true", help="put the table into docs/overhead.md")
    settings = parser.parse_args()
    by_name, size = measured(settings)
    lines = [f"{time.strftime('%Y-%m-%d')}; {overhead.machine()}. CPU time of one, median of {settings.repeats} repeats in "
             f"random order; the report is {size / 1e6:.1f} MB of JSON from 2 000 processes, the program has 200 MB of debug "
             "information.", "", "| what | each | least – most | rate |", "| --- | --- | --- | --- |"]
    # Random interleaving tells them in any order; families are numbered as they were registered.
    for name, repeats in sorted(by_name.items(), key=lambda named: named[1][0]["family_index"]):
        if repeats[0].get("error_occurred"):
            lines.append(f"| {name} | not measured: {repeats[0]['error_message']} | | |")
            continue
        repeats.sort(key=lambda one: one["cpu_time"])
        times = [one["cpu_time"] * NS[one["time_unit"]] for one in repeats]
        lines.append(f"| {name} | {in_words(statistics.median(times))} | {in_words(times[0])} – {in_words(times[-1])} | "
                     f"{rate_in_words(repeats[len(repeats) // 2])} |")
    text = "\n".join(lines)
    print(text)
    if settings.write:
        overhead.write(text, BEGIN, END)


if __name__ == "__main__":
    main()
