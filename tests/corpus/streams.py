#!/usr/bin/env python3
"""Holds what bottleneck infers of streams and iteration rates against the program's own count.

  streams.py --bottleneck FILE --targets DIR [--only REGEX] [--rates] [--repeat N] [--keep DIR] [--write]
The planted kernels print what they did (kernels_main.cpp); the report's `evidence` has what was inferred of the loop with
the largest share in the kernel's own function. Both are per second of CPU time, so that no other job matters.
Exit status: 0 within the limits, 1 beyond one, 2 usage, 77 nothing to compare.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections import namedtuple

sys.dont_write_bytecode = True
import corpus  # noqa: E402
import score  # noqa: E402
from stage import LIMIT_S, PATH  # noqa: E402

SKIPPED = 77
MEDIAN_TRAFFIC, WORST_TRAFFIC = 0.02, 0.10  # what docs/accuracy.md promises
MEDIAN_RATE, FALSE_RATE = 0.03, 0.10  # a rate further off is false: worse than none
MOST_MERGED = 128  # iterations of the source in one of the machine: 64 bytes of a vector, unrolled, of bytes
PROGRAMS = {"kernels_O2": "-O2", "kernels_O3": "-O3 -march=native"}
STREAMS = ("triad", "copy", "memset", "memcpy", "scale", "update", "stencil", "sum", "sum_integers", "gather_rows", "csv")
# Only their iterations are compared; those of the second row begin anew more often than samples come.
LOOPS = ("dot", "xorshift", "murmur", "divide", "divide_integers", "fma_many", "mix_words", "chase", "list_in_order", "gather",
         "short_trips", "sum_cached", "matmul_small", "matmul_ijk", "columns")
LIBRARY = {"memset": "memset", "memcpy": "memcpy|memmove"}  # whose loop is not in a function of the kernel's name

Row = namedtuple("Row", "kernel flags threads truth inferred rate_truth rate why")


class NoEvidence(Exception):
    """Why a report says nothing about loops."""


def read_truth(text):
    """The lines of truth among what a program wrote: a dictionary for each thread."""
    found = []
    for line in re.findall(r"^truth (.*)$", text, re.MULTILINE):
        words = dict(word.split("=", 1) for word in line.split())
        found.append({key: value if key == "name" else float(value) for key, value in words.items()})
    return found


def rate_of(truths, key):
    """Per CPU-second, over all threads; None where the program does not count it."""
    return sum(t[key] for t in truths) / sum(t["cpu_s"] for t in truths) if truths[0][key] else None


def number(value):
    """A plain number, or that of a quantity; None for anything else."""
    if isinstance(value, dict):
        value = value.get("value")
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def find_loop(report, kernel):
    """The loop with the largest share in the kernel's function."""
    if not isinstance(report.get("evidence"), list):
        raise NoEvidence("the report has no `evidence`: this bottleneck does not look into loops yet")
    pattern = rf"(?<![\w.]){kernel}(?!\w)" if kernel not in LIBRARY else LIBRARY[kernel]
    loops = [loop for loop in report["evidence"] if re.search(pattern, loop.get("function") or "")]
    if not loops:
        seen = ", ".join(sorted({loop.get("function") or "?" for loop in report["evidence"]})) or "none"
        raise NoEvidence(f"no loop in {kernel}(), but in: {seen}")
    return max(loops, key=lambda loop: number(loop.get("share")) or 0)


def source_iterations(loop, step):
    """Iterations of the source per CPU-second, and why there are none. One of the machine's loop may be several of the
    source's: as many as its largest stream in unit steps advances by the step of one."""
    rate = number(loop.get("iterations_per_s"))
    if rate is None:
        return None, loop.get("why_no_rate") or "no reason given"
    strides = [(number(s.get("bytes_per_s")) or 0, abs(number(s.get("stride")) or 0)) for s in loop.get("streams") or []]
    merged = [(bytes_per_s, stride / step) for bytes_per_s, stride in strides
              if step and stride and stride % step == 0 and stride / step <= MOST_MERGED]
    return rate * max(merged, default=(0, 1))[1], ""


def compare(report, truths, kernel, flags, threads):
    loop = find_loop(report, kernel)
    rate, why = source_iterations(loop, truths[0]["step"])
    truth = rate_of(truths, "bytes") if kernel in STREAMS else None
    return Row(kernel, flags, threads, truth, number(loop.get("traffic")), rate_of(truths, "iterations"), rate, why)


def observe(options, program, kernel, threads):
    command = [options.bottleneck, "run", "-q", "--json", "-", "--no-calibrate", "--", program, kernel, str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=LIMIT_S, check=False,
                          env={"PATH": PATH, "LC_ALL": "C"})
    truths = read_truth(done.stderr)
    if done.returncode != 0 or len(truths) != threads:
        raise NoEvidence(f"exit {done.returncode}: {(done.stderr.strip().splitlines() or [''])[-1]}")
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
        name = f"{os.path.basename(program)}-{kernel}-{threads}.json"
        with open(os.path.join(options.keep, name), "w", encoding="utf-8") as file:
            file.write(done.stdout)
    try:
        return json.loads(done.stdout), truths
    except ValueError as error:
        raise NoEvidence(f"no report on stdout: {error}") from error


def error_of(truth, inferred):
    return None if truth is None or inferred is None else inferred / truth - 1


def in_words(value, scale):
    if value is None:
        return ""
    value /= scale
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


def percent(error):
    return "" if error is None else f"{error:+.1%}"


def table(rows, title, unit, scale, truth, inferred):
    lines = [f"| kernel | flags | threads | {title}, {unit}: program | bottleneck | error | |",
             "| --- | --- | ---: | ---: | ---: | ---: | --- |"]
    for row in rows:
        if truth(row) is None and not row.why:
            continue
        why = row.why if inferred(row) is None else ""
        lines.append(f"| {row.kernel} | {row.flags} | {row.threads} | {in_words(truth(row), scale)} | "
                     f"{in_words(inferred(row), scale)} | {percent(error_of(truth(row), inferred(row)))} | {why} |")
    return "\n".join(lines)


def summary(errors, rows_in_all):
    if not errors:
        return f"nothing inferred in {rows_in_all} runs"
    sizes = [abs(error) for error in errors]
    return f"error {statistics.median(sizes):.1%} median, {max(sizes):.1%} worst, inferred in {len(sizes)} of {rows_in_all} runs"


def judge(rows):
    """The block for docs/accuracy.md, and the limits that are exceeded."""
    traffic_rows = [row for row in rows if row.kernel in STREAMS]
    traffic = [error_of(r.truth, r.inferred) for r in traffic_rows if error_of(r.truth, r.inferred) is not None]
    rate_rows = [row for row in rows if row.rate_truth is not None]
    rates = [error_of(r.rate_truth, r.rate) for r in rate_rows if error_of(r.rate_truth, r.rate) is not None]
    text = ("**Streams: " + summary(traffic, len(traffic_rows)) + ".**\n\n"
            + table(traffic_rows, "traffic", "GB per CPU-second", 1e9, lambda r: r.truth, lambda r: r.inferred)
            + "\n\n**Iteration rates: " + summary(rates, len(rate_rows)) + ".**\n\n"
            + table(rate_rows, "iterations", "millions per CPU-second", 1e6, lambda r: r.rate_truth, lambda r: r.rate) + "\n")
    broken = []
    if len(traffic) < len(traffic_rows):
        broken.append(f"{len(traffic_rows) - len(traffic)} runs without traffic")
    if traffic and statistics.median(map(abs, traffic)) > MEDIAN_TRAFFIC:
        broken.append(f"median error of traffic above {MEDIAN_TRAFFIC:.0%}")
    if traffic and max(map(abs, traffic)) > WORST_TRAFFIC:
        broken.append(f"worst error of traffic above {WORST_TRAFFIC:.0%}")
    if rates and statistics.median(map(abs, rates)) > MEDIAN_RATE:
        broken.append(f"median error of rates above {MEDIAN_RATE:.0%}")
    false = sorted({r.kernel for r in rate_rows if abs(error_of(r.rate_truth, r.rate) or 0) > FALSE_RATE})
    if false:
        broken.append("false rates: " + ", ".join(false))
    return text, broken


def plan(options):
    for name, flags in PROGRAMS.items():
        program = os.path.join(options.targets, name)
        if not os.access(program, os.X_OK):
            print(f"skip: {program} is not built", file=sys.stderr)
            continue
        for kernel in STREAMS + (LOOPS if options.rates else ()):
            for threads in (1, 2) if kernel in STREAMS else (1,):
                if re.search(options.only, f"{name} {kernel} {threads}"):
                    yield program, kernel, flags, threads


def measure(options):
    rows = []
    for program, kernel, flags, threads in plan(options):
        for _ in range(options.repeat):
            try:
                report, truths = observe(options, program, kernel, threads)
                row = compare(report, truths, kernel, flags, threads)
            except NoEvidence as reason:
                row = Row(kernel, flags, threads, None, None, None, None, str(reason))
            rows.append(row)
            print(f"{kernel:16} {flags:18} {threads}  traffic {percent(error_of(row.truth, row.inferred)) or 'none':8} "
                  f"rate {percent(error_of(row.rate_truth, row.rate)) or 'none':8} {row.why}", file=sys.stderr, flush=True)
    return rows


def write(block):
    options = argparse.Namespace(as_nobody=False)
    with open(corpus.ACCURACY, encoding="utf-8") as file:
        text = file.read()
    text = score.put_between_markers(text, "streams", f"{corpus.machine_line(options)}\n\n{block}")
    with open(corpus.ACCURACY, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bottleneck", required=True)
    parser.add_argument("--targets", required=True)
    parser.add_argument("--only", default="", help="regular expression over `kernels_O2 triad 1`")
    parser.add_argument("--rates", action="store_true", help="the other loops' iteration rates, too")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--keep", help="keep the reports in this folder")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/accuracy.md")
    options = parser.parse_args()
    if not shutil.which(options.bottleneck):
        print(f"skip: {options.bottleneck} is not there")
        return SKIPPED
    rows = measure(options)
    if not any(row.inferred is not None or row.rate is not None for row in rows):
        print("skip: nothing to compare: " + (rows[0].why if rows else "no kernel was chosen"))
        return SKIPPED
    block, broken = judge(rows)
    print(block)
    print("\n".join(f"beyond the limit: {reason}" for reason in broken))
    if options.write:
        write(block)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
