#!/usr/bin/env python3
"""Runs bottleneck on targets whose truth is known, and says how often it was right.

The labels (labels.json, held_out.json, third.json, fourth.json) were written before the first run, from what each program does.
  corpus.py --bottleneck FILE --targets DIR [--as-nobody] [--tier full|C|D] [--set SET|all] [--only REGEX]
            [--short] [--repeat N] [--keep DIR] [--write] [--first-contact] [--fail-below SHARE] [--base DIR]
Exit status: 0 enough are right, 1 too few, 2 usage, 77 nothing could run here (ctest shows that as skipped).
"""

import argparse
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import time

import score
import withheld
from stage import NOBODY, Peer, Skip, Stage, quiet

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SETS = {"first": "labels.json", "held_out": "held_out.json", "third": "third.json", "fourth": "fourth.json"}
ACCURACY = os.path.join(ROOT, "docs", "accuracy.md")
FIRST_CONTACT = os.path.join(HERE, "first_contact.json")
SKIPPED = 77
BUSY_ENOUGH = 0.1  # of the machine by others: above this the truth itself changes (an idle CPU is part of it)
PATIENCE_S = 90  # for the other jobs of the machine to end, over all targets


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bottleneck", required=True, help="the binary to judge")
    parser.add_argument("--targets", required=True, help="folder of the planted targets")
    parser.add_argument("--set", choices=[*SETS, "all"], default="all")
    parser.add_argument("--only", default="", help="only targets whose name matches this regular expression")
    parser.add_argument("--short", action="store_true", help="only the short half, for CI")
    parser.add_argument("--as-nobody", action="store_true", help="run target and tool as an ordinary user")
    parser.add_argument("--tier", choices=withheld.TIERS, default="full", help="C: perf_event_open refused; D: no preloading either")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each target; each counts")
    parser.add_argument("--keep", help="keep the JSON files in this folder")
    parser.add_argument("--base", default="/var/tmp", help="where the targets' files go; should be a disk")
    parser.add_argument("--fail-below", type=float, help="fail below this share, 0 to 1")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/accuracy.md")
    parser.add_argument("--first-contact", action="store_true", help="keep this score as the first one, once")
    options = parser.parse_args()
    if options.as_nobody and os.geteuid() != 0:
        parser.error("--as-nobody needs root")
    return options


def contacts():
    """The first scores that are kept, by set and user."""
    if not os.path.exists(FIRST_CONTACT):
        return {}
    with open(FIRST_CONTACT, encoding="utf-8") as file:
        return json.load(file)


def is_sealed(name, content, kept):
    """A sealed set is met on purpose only, the first time: who runs everything must not see its results early."""
    return content.get("sealed", False) and not any(key.startswith(name + "-") for key in kept)


def load_labels(options):
    """Pairs of set and label."""
    chosen = []
    for name, file_name in SETS.items():
        path = os.path.join(HERE, file_name)
        if options.set not in (name, "all") or not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if options.set == "all" and is_sealed(name, content, contacts()):
            continue
        if options.short and options.fail_below is None:
            options.fail_below = content.get("short_must_be_right")
        chosen += [(name, label) for label in content["targets"]
                   if re.search(options.only, label["name"]) and (label.get("short") or not options.short)]
    return chosen


def cpu_times():
    """(busy, all) ticks of the machine."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


class Quiet:
    """Waits for the other jobs of the machine to end, as long as its patience lasts."""

    def __init__(self):
        self.left_s = PATIENCE_S

    def wait(self):
        """The share of the machine that others still take."""
        while True:
            busy, total = cpu_times()
            time.sleep(0.5)
            busy_now, total_now = cpu_times()
            share = (busy_now - busy) / max(1, total_now - total)
            if share < BUSY_ENOUGH or self.left_s <= 0:
                return share
            self.left_s -= 0.5


def copy_for_nobody(options, folder):
    """Binaries where an ordinary user may read them."""
    os.chmod(folder, 0o755)
    options.targets = shutil.copytree(options.targets, os.path.join(folder, "targets"))
    os.chmod(options.targets, 0o755)
    beside = os.path.join(os.path.dirname(options.bottleneck), "lib", "bottleneck")  # what is preloaded
    if os.path.isdir(beside):
        shutil.copytree(beside, os.path.join(folder, "lib", "bottleneck"))
    options.bottleneck = shutil.copy(options.bottleneck, folder)
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            os.chmod(os.path.join(parent, name), 0o755)


def observe(stage, label, options, keep_as):
    """One run under the tool; the report, or Skip."""
    saved = os.path.join(stage.tmp, "report.json")
    status, last_line = stage.run(withheld.prefix(options, saved), withheld.launcher(options))
    if status < 0 or not os.path.exists(saved):
        raise withheld.Crash(f"no report, exit {status}: {last_line}")
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
        shutil.copyfile(saved, os.path.join(options.keep, keep_as + ".json"))
    with open(saved, encoding="utf-8") as file:
        report = json.load(file)
    return report, status, last_line


def judge_status(label, options, peer, status, last_line):
    """Another exit status than the label's: was it the tool? The target alone, once more, says it."""
    with Stage(label, options.targets, options.base, options.as_nobody, peer) as stage:
        alone, _ = stage.run([])
    if alone != label.get("exit", 0):
        raise Skip(f"the target itself failed, exit {alone} without the tool: {last_line}")
    return score.Outcome(label, False, "exit status", 0, f"exit {status}, {alone} without the tool: {last_line}", "exit status")


def run_target(label, options, peer, quiet_machine, number):
    try:
        busy = quiet_machine.wait()
        with Stage(label, options.targets, options.base, options.as_nobody, peer) as stage:
            keep_as = label["name"] if options.repeat == 1 else f"{label['name']}.{number}"
            report, status, last_line = observe(stage, label, options, keep_as)
        if status != label.get("exit", 0):
            return judge_status(label, options, peer, status, last_line)
        outcome = withheld.check_tier(score.judge(label, report), report, options.tier)
    except Skip as reason:
        return score.Skipped(label, str(reason))
    except withheld.Crash as error:
        return score.Outcome(label, False, "crash", 0, str(error), "crash")
    except (ValueError, KeyError, IndexError, TypeError) as error:  # a report that is none is a wrong answer
        return score.Outcome(label, False, "no verdict", 0, f"{type(error).__name__}: {error}", "no verdict")
    if busy >= BUSY_ENOUGH:
        outcome = outcome._replace(why=f"{outcome.why} [others kept {busy:.0%} of the machine busy]".strip())
    return outcome


def machine_line(options):
    with open("/proc/sys/kernel/perf_event_paranoid", encoding="ascii") as file:
        paranoid = file.read().strip()
    commit = quiet("git", "-C", ROOT, "rev-parse", "--short", "HEAD").stdout.strip() or "unknown"
    user = f"user {NOBODY}" if options.as_nobody else ("root" if os.geteuid() == 0 else "an ordinary user")
    return (f"{len(os.sched_getaffinity(0))} CPUs, Linux {platform.release()}, perf_event_paranoid {paranoid}, "
            f"as {user}, commit {commit}, {time.strftime('%Y-%m-%d')}.")


def write_tables(options, by_set):
    text = ""
    if os.path.exists(ACCURACY):
        with open(ACCURACY, encoding="utf-8") as file:
            text = file.read()
    for name, results in by_set.items():
        key = f"{name}-{who(options)}{withheld.suffix(options)}"
        block = score.markdown(f"{name}, {who(options)}{withheld.title(options)}", machine_line(options), results)
        text = score.put_between_markers(text, key, block)
    with open(ACCURACY, "w", encoding="utf-8") as file:
        file.write(text)


def who(options):
    return "root" if os.geteuid() == 0 and not options.as_nobody else "nobody"


def keep_first_contact(options, by_set):
    """The score of rules that never met these targets before; kept once and never overwritten."""
    kept = contacts()
    for name, results in by_set.items():
        key = f"{name}-{who(options)}"
        if key in kept:
            sys.exit(f"error: the first contact of {key} is already kept: {kept[key]['right']} of {kept[key]['of']}")
        right, of = score.score(results)
        kept[key] = {"right": right, "of": of, "machine": machine_line(options),
                     "verdicts": {r.label["name"]: f"{'right' if r.right else 'wrong'}: {r.got}" for r in results
                                  if isinstance(r, score.Outcome)}}
    with open(FIRST_CONTACT, "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=2)
        file.write("\n")


def check_first_contact_is_free(options, chosen):
    """Before anything ran: nobody should wait ten minutes to be refused."""
    if options.tier != "full":
        sys.exit("error: a first contact is that of the whole tool: no --tier")
    if options.only or options.short:
        sys.exit("error: a first contact is that of a whole set: no --only, no --short")
    kept = contacts()
    for name in {name for name, _ in chosen}:
        if f"{name}-{who(options)}" in kept:
            sys.exit(f"error: the first contact of {name}-{who(options)} is already kept")


def run_all(chosen, options):
    by_set, peer, quiet_machine = {}, Peer(), Quiet()
    try:
        for name, label in chosen:
            for number in range(1, options.repeat + 1):
                result = run_target(label, options, peer, quiet_machine, number)
                by_set.setdefault(name, []).append(result)
                print(score.line_of(result), flush=True)
    finally:
        peer.remove()
    return by_set


def main():
    options = parse_arguments()
    chosen = load_labels(options)
    if not os.access(options.bottleneck, os.X_OK):
        print(f"skip: {options.bottleneck} is not there")
        return SKIPPED
    if options.first_contact:
        check_first_contact_is_free(options, chosen)
    options.bottleneck = os.path.abspath(options.bottleneck)
    options.targets = os.path.abspath(options.targets)
    with tempfile.TemporaryDirectory(prefix="corpus-bin-", dir=options.base) as folder:
        if options.as_nobody:
            copy_for_nobody(options, folder)
        by_set = run_all(chosen, options)
    for name, results in by_set.items():
        print(f"\n{name}, {who(options)}{withheld.title(options)}: {score.score_line(results)}\n\n{score.confusion_table(results)}")
    if options.first_contact:
        keep_first_contact(options, by_set)
    if options.write:
        write_tables(options, by_set)
    right, of = score.score([result for results in by_set.values() for result in results])
    if of == 0:
        print("skip: no target could run here")
        return SKIPPED
    harmed = withheld.count_harm(result for results in by_set.values() for result in results)
    return 0 if right >= of * (options.fail_below or 0) and not harmed else 1


if __name__ == "__main__":
    sys.exit(main())
