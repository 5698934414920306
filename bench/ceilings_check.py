#!/usr/bin/env python3
"""Holds our ceilings against those of STREAM's triad and OpenBLAS's dgemm; exit 1 if one of ours is more than 10 % below.

Arguments: OURS (lines of the helper), THEIRS (name and figure by line). --write puts the table into docs/machine.md.
Started by scripts/ceilings-check.
"""
import json
import sys
import time

import ceilings_agree
import overhead

LEAST = 0.9  # of theirs


def main():
    ours, disturbed = {}, []
    with open(sys.argv[1], encoding="utf-8") as lines:
        for one in map(json.loads, lines):
            if one["name"] == "machine.disturbed":
                disturbed.append(one["source"].removeprefix("ceilings: "))
            elif "value" in one and one["value"] > ours.get(one["name"], {"value": 0})["value"]:
                ours[one["name"]] = one  # measured before and after theirs: the better one
    table = ["| ceiling | ours | theirs | ours / theirs |", "| --- | --- | --- | --- |"]
    low = 0
    with open(sys.argv[2], encoding="utf-8") as lines:
        for name, theirs in (line.split() for line in lines):
            one = ours.get(name, {"value": 0, "unit": "count"})
            low += one["value"] < LEAST * float(theirs)
            table.append(f"| `{name}` | {ceilings_agree.in_words(one['value'], one['unit'])} | "
                         f"{ceilings_agree.in_words(float(theirs), one['unit'])} | {one['value'] / float(theirs):.2f} |")
    text = "\n".join([f"{time.strftime('%Y-%m-%d')}; {overhead.machine()}. Theirs: STREAM's triad, best of all thread counts, "
                      f"and OpenBLAS's dgemm. Meanwhile {'; '.join(disturbed) or 'not known'}.", "", *table])
    print(text)
    if "--write" in sys.argv:
        overhead.write(text, "<!-- check:begin -->", "<!-- check:end -->", "machine.md")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
