#!/usr/bin/env python3
"""Runs a CUDA program on the stand-in for a GPU (tests/fake_gpu) again and again, each time with another fault.

Usage: bench/gpu_faults.py BUILD [RUNS]      RUNS: one for each fault unless told; the faults take turns
Each run: the exit status is that of the program alone, the report says what is missing, and nothing is left in TMPDIR.
Exit 0: all did. The last line counts. Every figure in these reports is the stand-in's.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# Words of cuda_target, settings, what the probe's row says.
FAULTS = {
    "no fault": ("pageable 5", {}, "1 process used CUDA"),
    "dropped records": ("pageable 20", {"FAKE_CUPTI_DROP_EVERY": "5"}, "operations were dropped"),
    "zero times": ("pageable 5", {"FAKE_CUPTI_FAULT": "zero_times"}, "operations have no times"),
    "unknown kinds": ("pageable 5", {"FAKE_CUPTI_FAULT": "unknown_kind"}, "a kind that is not known here"),
    "no privileges": ("pageable 5", {"FAKE_CUPTI_FAULT": "no_privileges"}, "error 35"),
    "not initialized": ("pageable 5", {"FAKE_CUPTI_FAULT": "not_initialized"}, "error 15"),
    "second subscriber": ("pageable 5", {"FAKE_CUPTI_FAULT": "second_subscriber"}, "error 39"),
    "a flush that hangs": ("pageable 1", {"FAKE_CUPTI_FAULT": "hang"}, "before its last operations"),
    "SIGKILL": ("killed 2", {}, "before its last operations"),
    "_exit": ("_exit 2", {}, "1 process used CUDA"),
    "abort": ("abort 2", {}, "1 process used CUDA"),
    "fork": ("forked", {}, "3 processes used CUDA"),
    "fork after the start": ("forks_late", {}, "1 process used CUDA"),
    "exec": ("execs", {}, "3 processes used CUDA"),
    "exec of another program": ("becomes 2", {}, "1 process used CUDA"),
    "disk full": ("tiny 20000", {"FAKE_GPU_CALL_NS": "1", "FAKE_GPU_EXECUTE": "0", "LIMIT": "2900"}, "out of space"),
}


def run(command, settings, folder):
    environment = {**os.environ, **settings, "TMPDIR": folder}
    return subprocess.run(command, env=environment, capture_output=True, timeout=120).returncode


def try_fault(build, name):
    words, settings, said = FAULTS[name]
    limits = f'ulimit -c 0; ulimit -f {settings.get("LIMIT", "unlimited")}; exec "$@"'
    program = ["sh", "-c", limits, "sh", str(build / "tests/live/gpu/cuda_target"), *words.split()]
    settings = {**settings, "LD_LIBRARY_PATH": str(build / "tests/fake_gpu")}
    with tempfile.TemporaryDirectory() as kept, tempfile.TemporaryDirectory() as folder:
        alone, file = run(program, settings, folder), pathlib.Path(kept) / "r.json"
        seen = run([str(build / "bottleneck"), "run", "-q", "--no-calibrate", "--json", str(file), "--", *program], settings, folder)
        wanted = alone if alone >= 0 else 128 - alone
        rows = [row for row in json.loads(file.read_text())["probes"] if row["name"] == "gpu.cupti"]
        told = f"{rows[0].get('reason', '')} {rows[0].get('detail', '')}"
        left = os.listdir(folder)
    wrong = [f"status {seen}, alone {wanted}"] * (seen != wanted) + [f"said: {told}"] * (said not in told)
    return "; ".join(wrong + [f"left {left}"] * bool(left))


if __name__ == "__main__":
    names, runs = list(FAULTS), int(sys.argv[2]) if len(sys.argv) > 2 else len(FAULTS)
    wrong = [(name, why) for i in range(runs) if (why := try_fault(pathlib.Path(sys.argv[1]).resolve(), name := names[i % len(names)]))]
    print(*(f"{name}: {why}" for name, why in wrong), f"{runs - len(wrong)} of {runs} runs clean, {len(FAULTS)} faults", sep="\n")
    sys.exit(bool(wrong))
