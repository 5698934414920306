#!/usr/bin/env python3
"""What the OpenCL layer costs a program, for each command: the same tiny kernels without it and with it, by turns.

Usage: bench/gpu_layer.py [BUILD]      BUILD: where opencl_target and the layer were built (build/ci)

The least of the runs with, less the least of those without: others' load only adds. At most 2 us are promised;
exit status 1 beyond. 77: no OpenCL device here.
"""
import os
import subprocess
import sys
import tempfile

ROUNDS = 7
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


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "build/ci"
    target = f"{build}/tests/live/gpu/opencl_target"
    layer = os.path.realpath(f"{build}/lib/bottleneck/libbottleneck_opencl.so")
    run(target, "")  # compiles the kernel
    without, within = [], []
    for _ in range(ROUNDS):
        without.append(run(target, ""))
        within.append(run(target, layer))
    cost = min(within) - min(without)
    print(f"without {min(without):.2f} us a kernel, with the layer {min(within):.2f} us: {cost:.2f} us for each")
    return 0 if cost <= PROMISED_US else 1


if __name__ == "__main__":
    sys.exit(main())
