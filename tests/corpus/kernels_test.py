#!/usr/bin/env python3
"""Every kernel of the corpus runs, says its truth in one line, and computes the same however it was compiled.

  kernels_test.py FOLDER      (of the planted targets)
Exit status: 0 all do, 1 one does not, 77 none was built.
"""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
import streams  # noqa: E402

# Which programs hold the same kernels.
FAMILIES = (("kernels_O0", "kernels_O2", "kernels_O3", "kernels_stripped"), ("heldout_O2", "heldout_O3"),
            ("fortran_O2", "fortran_O3"), ("kernels_rust",))
SAME = 1e-5  # fused multiply-add rounds once instead of twice
SKIPPED = 77


def truth_of(program, kernel, *words):
    done = subprocess.run([program, kernel, *words], capture_output=True, text=True, timeout=60, check=False)
    truths = streams.read_truth(done.stderr)
    if done.returncode != 0 or len(truths) != 1 or truths[0]["name"] != kernel:
        raise ValueError(f"exit {done.returncode}: {done.stderr.strip()[-200:]}")
    return truths[0]


def check(programs, kernel):
    """What is wrong with it, in words."""
    try:
        truths = {os.path.basename(program): truth_of(program, kernel, "tiny") for program in programs}
    except (ValueError, KeyError) as error:
        return [f"{kernel}: {error}"]
    first = next(iter(truths.values()))["checksum"]
    wrong = [f"{kernel}: {name} computed {truth['checksum']}, not {first}" for name, truth in truths.items()
             if abs(truth["checksum"] - first) > SAME * max(1, abs(first))]
    # What a compiler throws away computes nothing: only a kernel that stores zeros may say 0.
    return wrong + ([f"{kernel}: its checksum is 0"] if first == 0 and kernel != "memset" else [])


def main():
    wrong, checked = [], 0
    for family in FAMILIES:
        programs = [path for name in family if os.access(path := os.path.join(sys.argv[1], name), os.X_OK)]
        if not programs:
            print(f"skip: none of {', '.join(family)} was built")
            continue
        kernels = subprocess.run([programs[0], "list"], capture_output=True, text=True, check=True).stdout.split()
        for kernel in kernels:
            wrong += check(programs, kernel)
            checked += 1
    print("\n".join(wrong + [f"{checked} kernels, {len(wrong)} wrong"]))
    return SKIPPED if checked == 0 else 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
