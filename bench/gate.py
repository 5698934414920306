#!/usr/bin/env python3
"""Does the gate of `bottleneck compare` cry wolf, and does it find a slowdown of 10 %? Both programs run on one CPU, a
neighbour that computes, copies and sleeps by turns on another. Prints the table of docs/ci.md; see scripts/gate-check.
"""
import argparse, json, math, os, random, re, signal, subprocess, sys, tempfile, time

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..")
MOST_FALSE, LEAST_FOUND = 0.02, 0.95  # what the issue of this command asks for
GATE, SLOWER = 0.05, 1.10
ALIKE_S, SLOW_S = 0.05, 0.15  # how long base runs
ALIKE_BUDGET_S, SLOW_BUDGET_S = 2, 60


def neighbour(cpu):
    """Bursts of arithmetic and of copying, of 20 to 400 ms, with pauses of the same kind."""
    os.sched_setaffinity(0, {cpu})
    block, dice = bytearray(16 << 20), random.Random(1)
    while True:
        end, copies = time.time() + dice.uniform(0.02, 0.4), dice.random() < 0.5
        while time.time() < end:
            bytes(block) if copies else sum(range(10_000))
        time.sleep(dice.uniform(0.02, 0.4))


def wall_s(command):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def rounds_for(program, seconds):
    rounds = 20_000_000
    return int(rounds * seconds / min(wall_s([program, str(rounds)]) for _ in range(5)))


def compare(bottleneck, program, base, head, budget_s, out):
    done = subprocess.run([bottleneck, "compare", "--base", f"{program} {base}", "--head", f"{program} {head}", "--gate",
                           f"{100 * GATE}%", "--budget", str(budget_s), "--no-profile", "--json", out],
                          stdout=subprocess.DEVNULL)
    if done.returncode not in (0, 1):
        sys.exit(f"bottleneck compare ended with {done.returncode}")
    with open(out) as file:
        return json.load(file)


def interval(hits, trials):
    """Clopper and Pearson's 95 %, by bisection."""
    def tail(p, low, high):
        return sum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(low, high + 1))

    def solve(holds):
        low, high = 0.0, 1.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if holds(middle) else (low, middle)
        return low

    lower = solve(lambda p: tail(p, hits, trials) < 0.025) if hits else 0.0
    upper = solve(lambda p: tail(p, 0, hits) > 0.025) if hits < trials else 1.0
    return f"{100 * lower:.1f} – {100 * upper:.1f} %"


def row(what, found, asked, results):
    count = [one["verdict"] for one in results].count
    spent = sorted(one["spent_s"] for one in results)
    smallest = sorted(one["smallest_detectable"] for one in results if one["smallest_detectable"] is not None)
    return (f"| {what} | {len(results)} | **{found}** ({100 * found / len(results):.1f} %) | {interval(found, len(results))} "
            f"| {asked} | {count('regression')} / {count('improvement')} / {count('ok')} / {count('inconclusive')} "
            f"| {spent[len(spent) // 2]:.1f} s, {spent[-1]:.1f} s | {100 * smallest[len(smallest) // 2]:.1f} % |")


def measure(given, program, out):
    alike, slow = rounds_for(program, ALIKE_S), rounds_for(program, SLOW_S)
    show = lambda text: print(text, end="\r", file=sys.stderr, flush=True) if sys.stderr.isatty() else None
    same, slower = [], []
    for trial in range(given.trials):
        show(f"same program {trial + 1} of {given.trials}")
        same.append(compare(given.bottleneck, program, alike, alike, ALIKE_BUDGET_S, out))
    for trial in range(given.slow_trials):
        show(f"10 % slower {trial + 1} of {given.slow_trials}")
        slower.append(compare(given.bottleneck, program, slow, int(slow * SLOWER), SLOW_BUDGET_S, out))
    return same, slower


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--bottleneck", required=True)
    words.add_argument("--trials", type=int, default=200)
    words.add_argument("--slow-trials", type=int, default=40)
    words.add_argument("--quick", action="store_true", help="20 and 5: for a look, never written")
    words.add_argument("--write", action="store_true", help="into docs/ci.md, between its markers")
    given = words.parse_args()
    if given.quick:
        given.trials, given.slow_trials = 20, 5
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        sys.exit("gate-check needs two CPUs: one for the programs, one for their neighbour")
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "loop")
        subprocess.run(["cc", "-O2", "-o", program, os.path.join(ROOT, "bench/targets/fixed_loop.c")], check=True)
        beside = os.fork()
        if beside == 0:
            neighbour(cpus[1])
        try:
            os.sched_setaffinity(0, {cpus[0]})
            same, slower = measure(given, program, os.path.join(folder, "out.json"))
        finally:
            os.kill(beside, signal.SIGKILL)
            os.waitpid(beside, 0)
    false = sum(one["verdict"] == "regression" for one in same)
    found = sum(one["verdict"] == "regression" for one in slower)
    lines = ["| | comparisons | called a regression | 95 % interval | asked for | regression / improvement / ok / inconclusive "
             "| time, median and longest | slowdown it could find, median |",
             "| --- | ---: | ---: | --- | --- | --- | --- | ---: |",
             row(f"the same program twice, {1000 * ALIKE_S:.0f} ms, budget {ALIKE_BUDGET_S} s", false,
                 f"≤ {100 * MOST_FALSE:.0f} %", same),
             row(f"10 % more work, {1000 * SLOW_S:.0f} ms, budget {SLOW_BUDGET_S} s", found, f"≥ {100 * LEAST_FOUND:.0f} %",
                 slower)]
    print("\n".join(lines))
    if given.write and not given.quick:
        path = os.path.join(ROOT, "docs/ci.md")
        with open(path) as file:
            text = file.read()
        block = "<!-- gate -->\n" + "\n".join(lines) + "\n<!-- /gate -->"
        with open(path, "w") as file:
            file.write(re.sub("<!-- gate -->.*?<!-- /gate -->", lambda _: block, text, flags=re.S))
    return false > MOST_FALSE * len(same) or found < LEAST_FOUND * len(slower)


sys.exit(main())
