#!/usr/bin/env python3
"""Divides C and C++ sources into lots whose files can be compiled as one: none of a lot uses a word that another one keeps
to itself (a function, variable or type of its anonymous namespace, a static one, a macro). By the text alone:
what slips through shows as an error of the compiler, and a new name mends it. Used by lots.cmake and scripts/lint.

Usage: cmake/lots.py MOST < FILES      from the repository's root; one lot a line, the largest first, MOST files at most
"""
import functools
import os
import re
import sys

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"', re.S)
TYPE = re.compile(r"(?:template\s*<[^{;]*?>\s*)?(?:struct|class|union|enum(?: class)?|concept)\s+(\w+)|using\s+(\w+)\s*=")
DECLARED = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*([=({;])")
HARMLESS = {"_GNU_SOURCE", "TEST", "TEST_F", "TEST_P", "TYPED_TEST", "INSTANTIATE_TEST_SUITE_P", "enum"}


def own_words(code):
    """The functions, macros, variables and types that a file keeps to itself. Namespaces are not indented here: what is
    declared in one begins at the start of a line."""
    found, depth, hidden = set(re.findall(r"^#\s*define\s+(\w+)", code, re.M)), 0, None
    for line in code.splitlines():
        if re.match(r"namespace\s*\{", line) and hidden is None:
            hidden = depth
        elif (re.match(r"[A-Za-z_\[]", line) and not line.startswith(("namespace", "using enum", "using testing"))
              and (hidden is not None or line.startswith(("static ", "using ")))):
            if kind := TYPE.match(line):
                found.add(kind.group(1) or kind.group(2))
            elif name := DECLARED.search(re.sub(r"alignas\(\w+\)|\[\[\w+\]\]|decltype\([^)]*\)", "", line)):
                found.add(name.group(1))
                found.update(re.findall(r",\s*(\w+)\s*[={]", line) if name.group(2) != "(" else [])
        depth += line.count("{") - line.count("}")
        if hidden is not None and depth <= hidden and "}" in line:
            hidden = None
    return (found | set(re.findall(r"^int (main)\(", code, re.M))) - HARMLESS


@functools.lru_cache(maxsize=None)
def types_behind(path):
    """The types that headers of ours declare which `path` includes, or those include."""
    with open(path, encoding="utf-8") as file:
        code = file.read()
    found = set(re.findall(r"^\s*(?:struct|class|enum class|enum|union|using) (\w+)", code, re.M)) if path.endswith(".h") else set()
    for header in re.findall(r'^#include "([^"]+)"', code, re.M):
        found |= types_behind(header) if os.path.exists(header) else set()
    return found


class Source:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            code = NOISE.sub('""', file.read())
        self.path, self.language = path, path.rsplit(".", 1)[-1]
        self.own = own_words(code)
        self.words = set(re.findall(r"(?<![\w.:>])[A-Za-z_]\w*", code)) | types_behind(path)
        # It defines a nested class outside its own: with members of its file's own types, g++ takes it for a header and warns.
        self.alone = re.search(r"^(?:struct|class) \w+::\w+", code, re.M) is not None


class Lot:
    def __init__(self):
        self.sources, self.own, self.words = [], set(), set()

    def takes(self, source, most):
        first = self.sources[0]
        return (len(self.sources) < most and first.language == source.language and not first.alone and not source.alone
                and not source.own & self.words and not source.words & self.own)

    def add(self, source):
        self.sources.append(source)
        self.own |= source.own
        self.words |= source.words


def divide(sources, most):
    lots = []
    for source in sources:
        lot = next((lot for lot in lots if lot.takes(source, most)), None)
        if lot is None:
            lots.append(lot := Lot())
        lot.add(source)
    return sorted((lot.sources for lot in lots), key=len, reverse=True)


if __name__ == "__main__":
    for lot in divide([Source(path) for path in sys.stdin.read().split()], int(sys.argv[1])):
        print(*(source.path for source in lot))
