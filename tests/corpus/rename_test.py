#!/usr/bin/env python3
"""A verdict must not depend on names: replaces every program, file, module, function, thread and process name in
saved profiles by neutral ones, has both judged again, and compares class, parallelism and shares.

  rename_test.py --bottleneck FILE REPORT.json...        (what scripts/corpus --keep DIR has left)
Kept: names of the published runtime table, the kernel's own functions and calls, and kinds such as [kernel].
Exit status: 0 all the same, 1 one differs, 77 there is nothing to compare.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RUNTIMES = os.path.join(HERE, "..", "..", "src", "core", "runtimes.cpp")
SKIPPED = 77
SAME = 1e-6  # shares are written rounded

# Which field of which table holds what. Everything else in a profile is a number, an index or one of our own words.
FIELDS = {
    "processes": {"executable": "path", "name": "name"},
    "threads": {"name": "name"},
    "locations": {"module": "path", "function": "name", "file": "path", "caller": "name"},
    "waits": {"object": "path"},
}


def runtime_names(path=RUNTIMES):
    """The prefixes of the published table: every string in its source that is no include and no message."""
    with open(path, encoding="utf-8") as file:
        code = re.sub(r"//.*|#include.*", "", file.read())
    return tuple(sorted({word for word in re.findall(r'"([^"\s]+)"', code) if word[0].isalpha() or word[0] == "_"}))


class Renamer:
    """Gives each name a token, the same one wherever the name occurs."""

    def __init__(self, keep):
        self.keep, self.tokens = keep, {}

    def name(self, text):
        known = any(text.startswith(prefix) if len(prefix) > 2 else re.fullmatch(prefix + r"[-.\d]*", text)
                    for prefix in self.keep)
        if not text or known or text.startswith("["):
            return text
        return self.tokens.setdefault(text, f"name{len(self.tokens) + 1}")

    def path(self, text):
        """Each part of a path; what has no slash is a name if a program could have chosen it."""
        if "/" in text and not re.match(r"(tcp|udp|unix|pipe|socket|anon_inode)\b", text):
            return "/".join(self.name(part) for part in text.split("/"))
        return text if re.match(r"[a-z0-9_]+[ :]|futex$", text) else self.name(text)

    def columns(self, table, kinds):
        """One table of the saved file: a list for each field, a row across them."""
        for field, kind in kinds.items():
            table[field] = [getattr(self, kind)(text) for text in table.get(field, [])]


def rename(report, keep):
    """Changes `report` in place; returns how many different names were replaced."""
    renamer, profile = Renamer(keep), report["profile"]
    locations = profile["locations"]
    functions = list(locations.get("function", []))
    for table, kinds in FIELDS.items():
        renamer.columns(profile[table], kinds)
    for row, module in enumerate(locations["module"]):
        if module == "[kernel]":  # the kernel's own functions are facts, as system calls are
            locations["function"][row] = functions[row]
    profile["target"]["command"] = [renamer.path(word) for word in profile["target"]["command"]]
    return len(renamer.tokens)


def judge_again(bottleneck, report, folder):
    path = os.path.join(folder, "report.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file)
    done = subprocess.run([bottleneck, "report", "--json", "-", path], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ValueError(f"bottleneck report: exit {done.returncode}: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout)


def differences(before, after):
    """In words; empty if both say the same."""
    found = [f"{key} {before['verdict'][key]} became {after['verdict'][key]}"
             for key in ("class", "detail", "parallelism", "top") if before["verdict"][key] != after["verdict"][key]]
    for kind in sorted({*before["shares"], *after["shares"]}):
        one, other = before["shares"].get(kind), after["shares"].get(kind)
        if one is None or other is None or abs(one - other) > SAME:
            found.append(f"share of {kind} {one} became {other}")
    return found


def compare(bottleneck, path, keep):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    with tempfile.TemporaryDirectory() as folder:
        before = judge_again(bottleneck, report, folder)
        count = rename(report, keep)
        after = judge_again(bottleneck, report, folder)
    found = differences(before, after)
    print(f"{'same  ' if not found else 'DIFFER'}  {os.path.basename(path):36} {count:4} names  {'; '.join(found)}")
    return not found and count > 0  # a profile in which no name was found was not tested


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bottleneck", required=True)
    parser.add_argument("reports", nargs="+", help="saved reports, or folders of them")
    options = parser.parse_args()
    paths = []
    for path in options.reports:
        names = sorted(os.listdir(path)) if os.path.isdir(path) else []
        paths += [os.path.join(path, name) for name in names if name.endswith(".json")] if os.path.isdir(path) else [path]
    paths = [path for path in paths if os.path.exists(path)]
    if not paths or not os.access(options.bottleneck, os.X_OK):
        print("skip: no saved report, or no bottleneck")
        return SKIPPED
    keep = runtime_names()
    return 0 if all([compare(options.bottleneck, path, keep) for path in paths]) else 1


if __name__ == "__main__":
    sys.exit(main())
