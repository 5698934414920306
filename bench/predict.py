"""What `scripts/predict` prints: every prediction of every demo beside what its rerun gave.

Usage: bench/predict.py --bottleneck FILE [--quick] [--write] [--keep FILE] [--from FILE]
Scores are on ln(speedup): the error is |predicted - measured| / measured, the interval score that of Gneiting and
Raftery (2007) for 90 % intervals: the width, and 20 times the distance by which the measured value is outside. A
baseline without an interval is one of no width. A bound promises nothing: it is listed where it was exceeded.
"""
import argparse, json, math, os, re, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import overhead

ALPHA = 0.1


def measure_machine(tool, environment):
    """Until a moment without others' load is found: an undisturbed set is kept, and no later one takes its place."""
    for _ in range(6):
        said = subprocess.run([tool, "machine"], env=environment, check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True).stdout
        if "busy: others used" not in said:
            return
    print("note: others used this machine each time its ceilings were measured", file=sys.stderr)


def sizes_of(demo):
    """Words for the quick size, the default one, and the geometric mean of both."""
    between = round(math.sqrt(demo["quick_size"] * demo["default_size"]))
    return (["--quick"], ["--size", str(between)], [])


def run_demos(tool, quick, keep):
    """The reports of all demos at three sizes (`quick`: at the first); in the file `keep` as they come."""
    reports = []
    with tempfile.TemporaryDirectory() as cache:
        environment = dict(os.environ, XDG_CACHE_HOME=cache)
        measure_machine(tool, environment)
        # Where a folder has its name no residual is kept: the table shows the models alone.
        os.makedirs(os.path.join(cache, "bottleneck", "residuals.jsonl"))
        listed = json.loads(subprocess.run([tool, "demo", "--json", "-"], stdout=subprocess.PIPE, check=True).stdout)
        for size in (0,) if quick else (0, 1, 2):
            for demo in listed["demos"]:
                words = [tool, "demo", demo["name"], "--all-variants", *sizes_of(demo)[size], "--json", "-"]
                done = subprocess.run(words, env=environment, stdout=subprocess.PIPE)
                try:
                    reports.append(json.loads(done.stdout))
                except ValueError:
                    print(f"could not run: {' '.join(words[1:])}", file=sys.stderr)
                if keep:
                    with open(keep, "w") as file:
                        json.dump({"demos": reports}, file)
    return reports


def interval_score(low, high, value):
    low, high, value = math.log(low), math.log(high), math.log(value)
    return high - low + 2 / ALPHA * (max(0, low - value) + max(0, value - high))


def lanes_of(one):
    """What "as many times as lanes" says: of the widest vectors, 64-bit elements where the model names none."""
    found = re.search(r"(\d+) lanes of", one["model"])
    return float(found.group(1)) if found else 4.0


def cases_of(reports):
    """One row for each prediction with an interval that was measured: bounds and what nobody promised left out."""
    rows, left_out = [], []
    for report in reports:
        demo, cpus = report["demo"], report["cpus"]
        for one in report.get("verifications", []):
            name = f"{demo['name']} {demo['size']}: {one['baseline']} → {one['variant']}"
            if not one["predicted"] or not one["measured"] or one["claim"] in ("bound", "completes"):
                left_out.append((name, one))
                continue
            remedy = one["remedy"]
            naive = float(cpus)
            rows.append({"name": name, "workload": demo["name"], "remedy": remedy, "one": one,
                         "p": one["predicted"], "m": one["measured"]["value"], "naive": naive,
                         "lanes": lanes_of(one) if remedy in ("vectorize", "break_chain") else naive})
    return rows, left_out


def scores(rows):
    errors = [abs(row["p"]["value"] / row["m"] - 1) for row in rows]
    inside = [row["p"]["low"] <= row["m"] <= row["p"]["high"] for row in rows]
    score = {"ours": statistics.mean(interval_score(row["p"]["low"], row["p"]["high"], row["m"]) for row in rows)}
    for name in ("naive", "lanes"):
        score[name] = statistics.mean(interval_score(row[name], row[name], row["m"]) for row in rows)
    return errors, inside, score


SPEAKS_OF = {"naive": ("spread_work", "share_evenly"), "lanes": ("vectorize", "break_chain")}


def beside(rows, name, words):
    """Ours and a baseline's mean interval score over the remedies that it speaks of."""
    own = [row for row in rows if row["remedy"] in SPEAKS_OF[name]]
    if not own:
        return f"{words}: none"
    score = scores(own)[2]
    return f"{words} ({len(own)}): ours **{score['ours']:.2f}**, {score[name]:.2f}"


FEWEST, PRIOR, MOST_OF_ONE, NORMAL_90, NARROWEST = 19, 5, 4, 1.6449, 0.01  # as src/analysis/calibrate_prediction.cpp


def calibrated(row, rows):
    """The row with the interval that the residuals of the same remedy in other workloads ask for; itself with too few."""
    alike, of_one = [], {}
    for one in rows:
        of_one[one["workload"]] = of_one.get(one["workload"], 0) + 1
        if one["remedy"] == row["remedy"] and one["workload"] != row["workload"] and of_one[one["workload"]] <= MOST_OF_ONE:
            alike.append(one)
    if len(alike) < FEWEST:
        return row
    deviation = lambda p: max(NARROWEST, math.log(p["high"] / p["low"]) / 2 / NORMAL_90)
    errors = [math.log(one["m"] / one["p"]["value"]) for one in alike]
    shift = statistics.median(errors) * len(alike) / (len(alike) + PRIOR)
    far = sorted(abs(error - shift) / deviation(one["p"]) for error, one in zip(errors, alike))
    times = far[min(math.ceil((len(alike) + 1) * (1 - ALPHA)), len(far)) - 1]
    middle, half = row["p"]["value"] * math.exp(shift), times * deviation(row["p"])
    return {**row, "p": {"value": middle, "low": middle * math.exp(-half), "high": middle * math.exp(half)}}


def with_residuals(rows):
    """What the tool promises once it knows its own misses on this machine: leave-one-workload-out, split-conformal."""
    later = [calibrated(row, rows) for row in rows]
    changed = sum(a is not b for a, b in zip(later, rows))
    if not changed:
        return "- with residuals of other workloads: no remedy has 19 of them yet"
    errors, inside, score = scores(later)
    return (f"- with the residuals of the other workloads (leave-one-workload-out, split-conformal; {changed} of remedies with at "
            f"least {FEWEST}): error {percent(statistics.median(errors))}, inside {percent(statistics.mean(inside))}, "
            f"interval score {score['ours']:.2f}")


def percent(value):
    return f"{100 * value:.0f} %"


def ratio(value):
    return f"{value:.2f}" if value < 9.95 else f"{value:.1f}" if value < 99.5 else f"{value:.0f}"


def table_of(reports):
    rows, left_out = cases_of(reports)
    errors, inside, score = scores(rows)
    fair = [row for row in rows if row["one"]["claim"] != "none"]
    wrong = [report["demo"]["name"] for report in reports if not report["demo"]["right"]]
    shown = ", ".join(sorted(set(wrong))) or "none"
    text = [f"{time.strftime('%Y-%m-%d')}; {overhead.machine()}; `scripts/predict`.", "",
            f"- predictions: {len(rows)} of {len({row['workload'] for row in rows})} demos",
            f"- median |predicted − measured| / measured: **{percent(statistics.median(errors))}** (promised: 15 %); "
            f"90th percentile {percent(statistics.quantiles(errors, n=10)[-1])}",
            f"- inside their 90 % interval: **{percent(statistics.mean(inside))}** (promised: 80 %)",
            f"- the same two without the {len(rows) - len(fair)} whose variant is a lure (hogwild, more threads than CPUs: what "
            f"\"if independent\" asks for is not so): {percent(statistics.median(scores(fair)[0]))}, "
            f"{percent(statistics.mean(scores(fair)[1]))}",
            f"- mean interval score (smaller is better): **{score['ours']:.2f}**; \"S = n\" {score['naive']:.2f}; "
            f"\"lanes\" {score['lanes']:.2f} (promised: 30 % below both)",
            "- the same over what each baseline speaks of: " + beside(rows, "naive", '"S = n", threads') + "; "
            + beside(rows, "lanes", '"lanes", vectors and chains'),
            with_residuals(rows),
            f"- diagnosis or control wrong: {shown}", "",
            "| demo, size, step | remedy | predicted | measured | error | inside | S = n | lanes | verdict, reason |",
            "| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |"]
    for row, error, kept in zip(rows, errors, inside):
        p, one = row["p"], row["one"]
        why = "" if one["verdict"] == "held" else ": " + one["why"].replace("|", "/")
        text.append(f"| {row['name']} | {row['remedy']} | {ratio(p['value'])} [{ratio(p['low'])} – {ratio(p['high'])}] | "
                    f"{ratio(row['m'])} | {percent(error)} | {'yes' if kept else '**no**'} | {ratio(row['naive'])} | "
                    f"{ratio(row['lanes'])} | {one['verdict']}{why} |")
    if left_out:
        text += ["", "Not counted: a bound, a rerun without a promise, outputs that differ, or one that completes "
                 "where the other dies.", "", "| demo, size, step | remedy | claim | predicted | measured | verdict, reason |",
                 "| --- | --- | --- | ---: | ---: | --- |"]
    for name, one in left_out:
        predicted, measured = (ratio(one[key]["value"]) if one[key] else "none" for key in ("predicted", "measured"))
        text.append(f"| {name} | {one['remedy'] or ''} | {one['claim']} | {predicted} | {measured} | {one['verdict']}: "
                    f"{one['why'].replace('|', '/')} |")
    return "\n".join(text)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--bottleneck", required=True)
    words.add_argument("--quick", action="store_true")
    words.add_argument("--write", action="store_true")
    words.add_argument("--keep")
    words.add_argument("--from", dest="kept")
    given = words.parse_args()
    if given.kept:
        with open(given.kept) as file:
            reports = json.load(file)["demos"]
    else:
        reports = run_demos(given.bottleneck, given.quick, given.keep)
    text = table_of(reports)
    print(text)
    if given.write:
        overhead.write(text, "<!-- predict:begin -->", "<!-- predict:end -->", "prediction.md")


if __name__ == "__main__":
    main()
