"""The corpus where something is withheld from the tool: perf_event_open refused by a seccomp filter as in containers
(tier C), preloading forbidden, too (tier D). How it is withheld, and whether the report owns up to its tier.

It judges no verdict (score.py) and starts nothing (stage.py).
"""

import os

import score

TIERS = ("full", "C", "D")
SAMPLER = "proc.sampler"  # the row of a report that says why a target was not sampled from inside


class Crash(Exception):
    """The tool itself ended by a signal, or left no report."""


def launcher(options):
    """The program before everything that takes perf_event_open away; nothing for the whole tool."""
    return [] if options.tier == "full" else [os.path.join(options.targets, "refuse_perf"), "EPERM"]


def prefix(options, saved):
    forbid = ["--no-preload"] if options.tier == "D" else []
    return [options.bottleneck, "run", "-q", *forbid, "--json", saved, "--"]


def suffix(options):
    return "" if options.tier == "full" else f"-{options.tier}"


def title(options):
    return {"full": "", "C": ", tier C (perf_event_open refused)",
            "D": ", tier D (perf_event_open refused, no preloading)"}[options.tier]


def why_not_inside(report):
    """Why the target could not be sampled from inside, in the report's own words; "" none is given."""
    return next((row.get("reason", "") for row in report["probes"] if row["name"] == SAMPLER), "")


def check_tier(outcome, report, wanted):
    """A right verdict of another tier is a wrong answer, unless the report says why it is D where C was possible."""
    if wanted == "full":
        return outcome
    got = report["verdict"]["tier"]
    outcome = outcome._replace(tier=got)
    if got == wanted or (wanted == "C" and got == "D" and why_not_inside(report)):
        return outcome
    return outcome._replace(right=False, why=f"{outcome.why}; tier {got}, not {wanted}".strip("; "))


def count_harm(results):
    results = list(results)
    return score.harmed(results, "exit status") + score.harmed(results, "crash")
