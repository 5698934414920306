#!/usr/bin/env python3
"""Checks pages as a browser would meet them: well formed, inert, readable. Prints each breach.

Usage: tests/golden/check_page.py FILE...      exit 0 if there is none
"""
import json
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "br", "hr"}
ALLOWED = VOID | set("html head title style body header main footer section article figure figcaption h1 h2 h3 p dl dt dd "
                     "ul ol li table caption thead tbody tr th td div span code strong b details summary "
                     "svg line polyline circle text script a".split())
ATTRIBUTES = set("lang charset http-equiv content name class id style scope role tabindex aria-label aria-labelledby open "
                 "viewbox x y x1 y1 x2 y2 points r cx cy text-anchor hidden type colspan href".split())
LARGEST = 1_000_000  # bytes of a page, whatever the report holds
LEAST_CONTRAST = 4.5  # WCAG 2.1, 1.4.3 AA
PAIRS = [("page", "text"), ("page", "faint"), ("card", "text"), ("card", "faint"), ("page", "good"), ("page", "poor")]


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.breaches, self.ids, self.refs, self.styles = [], [], [], [], []
        self.counts, self.legend, self.table = {}, [], None

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in ALLOWED:
            self.breaches.append(f"element {tag!r}")
        for name, value in attrs:
            if name not in ATTRIBUTES or re.search(r"javascript:|url\(|expression", value or "", re.I) and name == "style":
                self.breaches.append(f"attribute {name}={value!r}")
            if name == "href" and not re.fullmatch(r"#[a-z0-9-]+", value or ""):
                self.breaches.append(f"link {value!r}")
            if name == "style" and not re.fullmatch(r"(flex-grow:\d+\.\d+|width:\d+\.\d+%)", value):
                self.breaches.append(f"style {value!r}")
        attrs = dict(attrs)
        if tag == "script" and attrs != {"type": "application/json", "id": "data"}:
            self.breaches.append(f"script {attrs!r}")
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.refs += [attrs["aria-labelledby"]] if "aria-labelledby" in attrs else []
        if tag == "th" and "scope" not in attrs:
            self.breaches.append("th without scope")
        if tag == "table":
            self.table = attrs.get("class")
            self.legend += [[]] if self.table == "legend" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.breaches.append(f"unbalanced </{tag}> at {self.getpos()}")

    def handle_data(self, data):
        if self.open[-1:] == ["style"]:
            self.styles.append(data)
        elif self.open[-1:] == ["script"]:
            json.loads(data)  # throws: data that no script could read
        elif self.open[-1:] == ["td"] and self.table == "legend" and re.fullmatch(r"\d+ %", data):
            self.legend[-1].append(int(data[:-2]))

    def handle_comment(self, data):
        self.breaches.append(f"comment {data!r}")


def luminance(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def poor_contrasts(style):
    for palette in re.findall(r":root \{(.*?)\}", style, re.S):
        colors = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", palette))
        own = {"page", "text", "faint", "line", "card", "good", "poor", "label"}
        pairs = PAIRS + [("label", name) for name in colors if name not in own] + [("page", name) for name in colors if name not in own]
        for a, b in pairs:
            dark, light = sorted((luminance(colors[a]), luminance(colors[b])))
            if (light + 0.05) / (dark + 0.05) < LEAST_CONTRAST:
                yield f"contrast of {b} on {a}: {(light + 0.05) / (dark + 0.05):.2f}"


def check(path):
    data = open(path, "rb").read()
    text = data.decode("utf-8")  # strict
    page = Page()
    page.feed(text)
    page.close()
    breaches = page.breaches + [f"still open: {page.open}"] * bool(page.open)
    breaches += [f"{tag}: {page.counts.get(tag, 0)}" for tag in ("title", "h1", "main", "header") if page.counts.get(tag) != 1]
    breaches += [f"{len(data)} bytes"] * (len(data) > LARGEST)
    breaches += [f"control character {c!r}" for c in set(re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text))]
    breaches += [f"id {one} twice" for one in page.ids if page.ids.count(one) > 1]
    breaches += [f"no id {one}" for one in page.refs if one not in page.ids]
    breaches += [f"shares add up to {sum(figure)}" for figure in page.legend if sum(figure) not in (0, 100)]
    style = "".join(page.styles)
    breaches += ["the style sheet fetches"] * bool(re.search(r"url\(|@import|https?:", style))
    breaches += [f"no {part}" for part in ("prefers-color-scheme: dark", "@media print") if part not in style]
    breaches += [f"no {part}" for part in ("default-src 'none'", 'name="viewport"', 'content="light dark"') if part not in text]
    return breaches + list(poor_contrasts(style))


if __name__ == "__main__":
    found = [f"{path}: {breach}" for path in sys.argv[1:] for breach in check(path)]
    print("\n".join(found[:50]))
    sys.exit(1 if found or len(sys.argv) < 2 else 0)
