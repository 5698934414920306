#!/usr/bin/env python3
"""How large the pages of --html are and how soon Chromium shows something of them: the report of the largest demo, and the
test's page of 20 000 timeline slices and 6 000 frames. Prints the table of docs/ci.md; see scripts/page-check.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile

from overhead import ROOT, write

MOST_BYTES, MOST_TYPICAL, MOST_PAINT_MS = 1_000_000, 350_000, 500  # what the issue of the page asks for


def demos_here(bottleneck):
    listed = subprocess.run([bottleneck, "demo", "--json", "-"], check=True, capture_output=True, text=True)
    return [one["name"] for one in json.loads(listed.stdout)["demos"] if not one["missing"]]


def make_page(bottleneck, name, path, whole):
    """Its page; None where it did not come so far. A wrong diagnosis has a page, too."""
    words = [bottleneck, "demo", name, "--html", path] + ([] if whole else ["--quick"])
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path if os.path.exists(path) else None


def look(samples, packages, pages):
    script = os.path.join(ROOT, "tests/page/paint.mjs")
    done = subprocess.run(["node", script, samples, packages, *pages], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{script} ended with {done.returncode}: {done.stdout}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def spread(times):
    return f"{statistics.median(times):.0f} ms ({min(times):.0f} – {max(times):.0f})"


def row(name, seen):
    return f"| {name} | {seen['bytes'] / 1000:.0f} kB | {seen['slices']:.0f} | {seen['frames']:.0f} | {spread(seen['paint_ms'])} | {spread(seen['drawn_ms'])} |"


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--bottleneck", required=True)
    words.add_argument("--samples", required=True, help="a folder with the pages of tests/page/sample_pages")
    words.add_argument("--packages", required=True, help="a folder with playwright-core")
    words.add_argument("--demos", help="NAME,...: only these")
    words.add_argument("--whole", action="store_true", help="demos of their own size, not --quick")
    words.add_argument("--write", action="store_true", help="into docs/ci.md, between its markers")
    given = words.parse_args()
    names = given.demos.split(",") if given.demos else demos_here(given.bottleneck)
    with tempfile.TemporaryDirectory() as folder:
        made = [make_page(given.bottleneck, name, os.path.join(folder, f"{name}.html"), given.whole) for name in names]
        pages = sorted((os.path.getsize(path), path) for path in made if path)
        if not pages:
            sys.exit("no demo made a page")
        median_bytes = statistics.median(size for size, _ in pages)
        largest = pages[-1][1]
        test, machine, demo = look(given.samples, given.packages, ["large", "machine", largest])
    name = os.path.basename(largest).removesuffix(".html")
    lines = ["| page | size | timeline slices | flame frames | first paint, median of 5 and range | all drawn |",
             "| --- | ---: | ---: | ---: | ---: | ---: |",
             row("the test's largest", test), row(f"report of the largest demo, {name}", demo), row("`machine`", machine), "",
             f"The reports of {len(pages)} demos{'' if given.whole else ' (`--quick`)'} have {pages[0][0] / 1000:.0f} to "
             f"{pages[-1][0] / 1000:.0f} kB, half of them at most {median_bytes / 1000:.0f} kB. Asked for: below "
             f"{MOST_BYTES / 1e6:.0f} MB, typically below {MOST_TYPICAL / 1000:.0f} kB; first paint below {MOST_PAINT_MS} ms."]
    print("\n".join(lines))
    if given.write:
        write("\n".join(lines), "<!-- page -->", "<!-- /page -->", "ci.md")
    late = [one["page"] for one in (test, demo) if statistics.median(one["paint_ms"]) > MOST_PAINT_MS]
    return bool(late) or pages[-1][0] > MOST_BYTES or median_bytes > MOST_TYPICAL


sys.exit(main())
