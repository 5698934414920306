#!/usr/bin/env python3
"""Do two sets of ceilings of the same machine agree? Compares what `bottleneck machine --full --json` wrote twice.

Prints the share of compute figures within 10 % of each other, the share of all figures where each run's interval
contains the other's value, and those that do not; exit 1 below 90 % or 80 %. --write puts that, and all figures of the
first run, into docs/machine.md. Started by `scripts/ceilings-check --agree`.
"""
import json
import sys
import time

import overhead

NEAR = 0.10  # of the larger one
COMPUTE_WANTED, ALL_WANTED = 0.90, 0.80  # promised on a quiet machine
NO_CEILING = "machine."  # how disturbed it was: no figure of the machine
UNITS = {"bytes_per_second": "B/s", "flop_per_second": "FLOP/s", "seconds": "s", "hertz": "Hz", "ratio": "×", "count": ""}
PREFIXES = [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")]


def in_words(value, unit, name=""):
    """1.09e10 bytes per second: "10.9 GB/s"."""
    if "_iops" in name:
        return f"{value:,.0f} reads/s".replace(",", " ")
    scale, prefix = next((p for p in PREFIXES if value >= p[0]), PREFIXES[-1]) if unit not in ("ratio", "count") else (1, "")
    number = f"{value / scale:.3g}"
    return f"{float(number):g} {prefix}{UNITS.get(unit, unit)}".strip()


def say(one, key):
    return in_words(one[key], one["unit"], one["name"])


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def contains(one, other):
    return one["low"] <= other["value"] <= one["high"]


def difference(one, other):
    return abs(one["value"] - other["value"]) / max(one["value"], other["value"])


def share(what, kept, wanted):
    """A line for the page, and whether the promise is kept."""
    if not kept:
        sys.exit(f"error: there are no {what} in both runs\n  why  a run was cut off\n  so   nothing is shown\n"
                 "  fix  run it again")
    reached = sum(kept) / len(kept)
    return f"- {what}: {100 * reached:.0f} % of {len(kept)} (promised: {100 * wanted:.0f} %)", reached >= wanted


def compare(first, second):
    """The page's lines, and whether both promises are kept."""
    both = [(name, first[name], second[name]) for name in first if name in second and not name.startswith(NO_CEILING)]
    near, is_near = share("compute figures within 10 % of each other",
                          [difference(a, b) <= NEAR for name, a, b in both if name.startswith("compute.")], COMPUTE_WANTED)
    inside, are_inside = share("figures where each run's interval contains the other's value",
                               [contains(a, b) and contains(b, a) for _, a, b in both], ALL_WANTED)
    disturbed = [run.get(NO_CEILING + "disturbed", {}).get("source", "not known") for run in (first, second)]
    lines = [near, inside, *(f"- {which} run: {source.removeprefix('ceilings: ')}"
                             for which, source in zip(("first", "second"), disturbed))]
    only = ", ".join(sorted(set(first) ^ set(second)))
    lines += [f"- in one run only: {only}"] if only else []
    rows = [(name, a, b) for name, a, b in both if not (contains(a, b) and contains(b, a))]
    if rows:
        lines += ["", "| outside | first run | second run | apart |", "| --- | --- | --- | --- |"]
    span = lambda one: f"{say(one, 'value')} ({say(one, 'low')} – {say(one, 'high')})"
    lines += [f"| `{name}` | {span(a)} | {span(b)} | {100 * difference(a, b):.0f} % |" for name, a, b in rows]
    return "\n".join(lines), is_near and are_inside


def table(machine, figures):
    topology = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in machine["topology"].items())
    lines = [f"{time.strftime('%Y-%m-%d')}; {overhead.machine()}; told by /sys: {topology}. Printed from "
             "`bottleneck machine --full --json`.", "", "| figure | value | between | how |", "| --- | --- | --- | --- |"]
    for name, one in figures.items():
        lines.append(f"| `{name}` | {say(one, 'value')} | {say(one, 'low')} – {say(one, 'high')} | "
                     f"{one['source'].removeprefix('ceilings: ')} |")
    return "\n".join(lines)


def main():
    machine = read(sys.argv[1])
    first, second = ({one["name"]: one for one in run["ceilings"]} for run in (machine, read(sys.argv[2])))
    text, good = compare(first, second)
    text = f"{time.strftime('%Y-%m-%d')}; {overhead.machine()}.\n\n{text}"
    print(text)
    if "--write" in sys.argv:
        overhead.write(text, "<!-- agree:begin -->", "<!-- agree:end -->", "machine.md")
        overhead.write(table(machine, first), "<!-- figures:begin -->", "<!-- figures:end -->", "machine.md")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
