"""Holds a report against a label, and makes the tables. Pure: no clock, no files, no processes.

The label was written before the first run, from what the program does; nothing here may bend it.
"""

from collections import Counter, namedtuple

Outcome = namedtuple("Outcome", "label right got share why column tier", defaults=[""])
Skipped = namedtuple("Skipped", "label why")


def wanted(label):
    """The label in words: `compute, imbalanced`, `io_write (or kernel)`."""
    text = label["class"]
    if label.get("accept"):
        text += " (or " + ", ".join(label["accept"]) + ")"
    if label.get("parallelism"):
        text += ", " + label["parallelism"]
    return text


def row_of(label):
    """The row of the confusion table: computing targets are there for their parallelism where they have one."""
    if label["class"] == "compute" and label.get("parallelism"):
        return label["parallelism"]
    return label["class"]


def misses(label, report):
    """What is wrong, in words; empty if the report is right."""
    verdict, wrong = report["verdict"], []
    if verdict["class"] not in [label["class"], *label.get("accept", [])]:
        wrong.append(f"class {verdict['class']}")
    if label.get("parallelism") and verdict["parallelism"] != label["parallelism"]:
        wrong.append(f"parallelism {verdict['parallelism']}")
    for kind in label.get("top", []):
        if verdict["class"] == "mixed" and kind not in verdict["top"]:
            wrong.append(f"{kind} not among the top")
    for kind, least in label.get("at_least", {}).items():
        if kind not in report["shares"]:
            wrong.append(f"{kind} not shown")
        elif report["shares"][kind] < least:
            wrong.append(f"{kind} {report['shares'][kind]:.0%}, not {least:.0%} or more")
    if "serial_share" in label:
        low, high = label["serial_share"]
        share = report["parallelism"]["serial_share"]
        if not low <= share <= high:
            wrong.append(f"serial share {share:.1%}, not {low:.0%} to {high:.0%}")
    return wrong


def column_of(label, verdict):
    if row_of(label) == label["class"] or verdict["class"] != label["class"]:
        return verdict["class"]
    return verdict["parallelism"]


def judge(label, report):
    verdict = report["verdict"]
    got = verdict["class"]
    if got == "mixed":
        got += " (" + ", ".join(verdict["top"]) + ")"
    if verdict.get("detail"):
        got += "/" + verdict["detail"]
    got += ", " + verdict["parallelism"]
    top = verdict["class"] if verdict["class"] != "mixed" else verdict["top"][0]
    wrong = misses(label, report)
    return Outcome(label, not wrong, got, report["shares"].get(top, 0), "; ".join(wrong), column_of(label, verdict))


def line_of(result):
    name = f"{result.label['name']:26}"
    if isinstance(result, Skipped):
        return f"skip:  {name} {wanted(result.label):44} {result.why}"
    word = "right" if result.right else "WRONG"
    return f"{word}  {name} {wanted(result.label):44} {result.got:44} {result.share:4.0%}  {result.why}".rstrip()


def score(results):
    judged = [r for r in results if isinstance(r, Outcome)]
    return sum(r.right for r in judged), len(judged)


def score_line(results):
    right, of = score(results)
    skipped = sum(isinstance(r, Skipped) for r in results)
    percent = f" ({right / of:.0%})" if of else ""
    tiers = Counter(r.tier for r in results if isinstance(r, Outcome) and r.tier)
    reached = ", tier " + " and ".join(f"{tier} in {count}" for tier, count in sorted(tiers.items())) if tiers else ""
    harm = f", {harmed(results, 'exit status')} changed exit status, {harmed(results, 'crash')} crashed"
    return f"{right} of {of} right{percent}" + (f", {skipped} skipped" if skipped else "") + (reached + harm if tiers else "")


def harmed(results, how):
    """How many targets the tool harmed: `exit status` or `crash`."""
    return sum(isinstance(r, Outcome) and r.column == how for r in results)


def confusion_table(results):
    judged = [r for r in results if isinstance(r, Outcome)]
    rows = sorted({row_of(r.label) for r in judged})
    columns = sorted({r.column for r in judged} | set(rows))
    cells = Counter((row_of(r.label), r.column) for r in judged)
    right = Counter(row_of(r.label) for r in judged if r.right)
    of = Counter(row_of(r.label) for r in judged)
    lines = ["| label \\ verdict | " + " | ".join(columns) + " | right |", "| --- |" + " ---: |" * (len(columns) + 1)]
    for row in rows:
        counts = " | ".join(str(cells[row, column] or "") for column in columns)
        lines.append(f"| {row} | {counts} | {right[row]} of {of[row]} |")
    return "\n".join(lines)


def target_table(results):
    lines = ["| target | written by | label | verdict | share | |", "| --- | --- | --- | --- | ---: | --- |"]
    for r in results:
        start = f"| {r.label['name']} | {'us' if r.label['kind'] == 'planted' else 'others'} | {wanted(r.label)} |"
        if isinstance(r, Skipped):
            lines.append(f"{start} skipped: {r.why} | | |")
        else:
            lines.append(f"{start} {r.got} | {r.share:.0%} | {'right' if r.right else '**wrong**: ' + r.why} |")
    return "\n".join(lines)


def markdown(title, machine, results):
    return (f"**{title}: {score_line(results)}.** {machine}\n\n{confusion_table(results)}\n\n"
            f"<details><summary>Target by target</summary>\n\n{target_table(results)}\n\n</details>\n")


def put_between_markers(text, name, block):
    """Replaces what stands between the markers of that name; adds them at the end where there are none."""
    start, end = f"<!-- corpus:{name} -->", f"<!-- /corpus:{name} -->"
    if start not in text or end not in text:
        return f"{text.rstrip()}\n\n{start}\n{block}{end}\n".lstrip()
    head, rest = text.split(start, 1)
    return f"{head}{start}\n{block}{end}{rest.split(end, 1)[1]}"
