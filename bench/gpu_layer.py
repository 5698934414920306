#!/usr/bin/env python3
"""What the OpenCL layer costs a program, for each command: the same tiny kernels without it and with it, by turns.

Usage: bench/gpu_layer.py [BUILD] [--write]      BUILD: where opencl_target and the layer were built (build/ci)
                                                 --write: the figures into docs/gpu.md, between its markers
Medians with their spread, and the least of the runs with, less the least of those without: others' load only adds.
At most 2 us are promised; exit status 1 where the least is beyond. 77: no OpenCL device here. Wants an idle machine.
"""
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import overhead

ROUNDS = 11
COMMANDS = 20_000
PROMISED_US = 2.0


def run(target, layer):
    with tempfile.TemporaryDirectory() as traces:
        settings = dict(os.environ)
        if layer:
            settings.update(OPENCL_LAYERS=layer, BOTTLENECK_OPENCL_TRACE=traces)
        done = subprocess.run([target, "tiny", str(COMMANDS)], env=settings, capture_output=True, text=True)
    if done.returncode == 77:
        sys.exit(77)
    return float(done.stdout.split()[0])


def say_machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown CPU")
    return f"{model}, {os.cpu_count()} CPUs"


def row(name, times):
    low, middle, high = statistics.quantiles(times, n=4)
    return f"| {name} | {middle:.2f} | {low:.2f} – {high:.2f} | {min(times):.2f} |"


def main():
    words = [word for word in sys.argv[1:] if word != "--write"]
    build = words[0] if words else "build/ci"
    target = f"{build}/tests/live/gpu/opencl_target"
    layer = os.path.realpath(f"{build}/lib/bottleneck/libbottleneck_opencl.so")
    run(target, "")  # compiles the kernel
    without, within = [], []
    for _ in range(ROUNDS):
        without.append(run(target, ""))
        within.append(run(target, layer))
    cost = min(within) - min(without)
    text = "\n".join([
        f"{say_machine()}, PoCL; µs for each of {COMMANDS} kernels of one item, {ROUNDS} runs by turns:", "",
        "| | median | quartiles | least |", "| --- | --- | --- | --- |", row("without the layer", without),
        row("with it", within), f"| **its cost** | {statistics.median(within) - statistics.median(without):.2f} | "
        f"| {cost:.2f} |"])
    print(text)
    if "--write" in sys.argv:
        overhead.write(text, "<!-- layer:begin -->", "<!-- layer:end -->", "gpu.md")
    return 0 if cost <= PROMISED_US else 1


if __name__ == "__main__":
    sys.exit(main())
