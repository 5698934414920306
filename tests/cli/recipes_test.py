#!/usr/bin/env python3
"""Runs the script lines of docs/ci.md, each recipe in a clone of a little repository with a base branch, as CI would.

Usage: tests/cli/recipes_test.py BOTTLENECK RECIPES.md     exit 77: something that the recipes need is not here
"""
import os, re, shutil, subprocess, sys, tempfile

LOOP = "int main(void) { volatile unsigned long x = 0; for (long i = 0; i < 8000000; ++i) x += i; return 0; }\n"
MAKEFILE = "prog: prog.c\n\tcc -O1 -g -o prog prog.c\n"
GH = '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" != --body-file ] || head -1 "$2" | grep -q "<!-- bottleneck -->" || exit 1; shift; done\n'
LEFT = {"GitHub": ["perf.json", "perf.md", "gate.html", "perf.html", "perf.sarif", "summary"], "GitLab": ["perf.xml", "perf.json", "perf.html"],
        "Jenkins": ["perf.xml", "perf.json", "perf.html", "perf.sarif"]}


def script_lines(language, block):
    if language == "groovy":
        return re.findall(r"^\s*sh '(.*)'$", block, re.M)
    lines, inside = [], False
    for line in block.splitlines():
        if re.match(r"\s*(after_|before_)?script:\s*$", line):
            inside = True
        elif inside and re.match(r"\s+- ", line):
            lines.append(line.split("- ", 1)[1])
        else:
            inside = False
            found = re.match(r"\s*(?:- )?run: (.*)$", line)
            lines += [found.group(1)] if found else []
    return lines


def run(command, folder, environment):
    return subprocess.run(["sh", "-ec", command], cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)


def prepare(folder, bottleneck):
    """A repository with a branch main, and what CI systems put around a job."""
    tools, origin = os.path.join(folder, "tools"), os.path.join(folder, "origin")
    os.makedirs(tools)
    os.makedirs(origin)
    os.symlink(os.path.realpath(bottleneck), os.path.join(tools, "bottleneck"))
    for path, text in ((f"{tools}/gh", GH), (f"{origin}/prog.c", LOOP), (f"{origin}/Makefile", MAKEFILE)):
        with open(path, "w") as file:
            file.write(text)
    os.chmod(f"{tools}/gh", 0o755)
    environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}", HOME=folder, GIT_CONFIG_NOSYSTEM="1",
                       GITHUB_BASE_REF="main", GITHUB_STEP_SUMMARY="summary", PULL_REQUEST="1",
                       CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
    made = run("git init -q -b main . && git add . && git -c user.name=t -c user.email=t@t commit -qm 1", origin, environment)
    assert made.returncode == 0, made.stdout
    return environment


def try_recipe(name, lines, folder, environment):
    failures = []
    job = os.path.join(folder, name)
    assert run(f"git clone -q origin {name}", folder, environment).returncode == 0
    for line in lines:
        done = run(line, job, environment)
        # Noise may call the same program a regression, in one of some hundred runs: that is no fault of the recipe.
        if done.returncode != 0 and not (" compare " in line and done.returncode == 1):
            failures.append(f"{name}: {line}\n  status {done.returncode}: {done.stdout}")
    failures += [f"{name}: no {left}" for left in LEFT[name] if not os.path.getsize(os.path.join(job, left))]
    return failures


def main(bottleneck, document):
    for tool in ("git", "make", "cc"):
        if not shutil.which(tool):
            print(f"skip: {tool} is not here")
            return 77
    with open(document) as file:
        text = file.read()
    recipes = re.findall(r"^## (\w+)\n\n```(yaml|groovy)\n(.*?)^```", text, re.M | re.S)
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        environment = prepare(folder, bottleneck)
        for name, language, block in recipes:
            lines = script_lines(language, block)
            if len(lines) < 4 or not any(" compare " in line for line in lines):
                failures.append(f"{name}: only these lines were found: {lines}")
            failures += try_recipe(name, lines, folder, environment)
    if sorted(name for name, _, _ in recipes) != sorted(LEFT):
        failures.append(f"recipes found: {[name for name, _, _ in recipes]}")
    print("\n".join(failures) or f"{len(recipes)} recipes ran")
    return bool(failures)


sys.exit(main(*sys.argv[1:]))
