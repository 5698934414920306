#!/usr/bin/env python3
"""What a reference workload shows to `bottleneck demo`: --describe, --limit, --help, and how it refuses wrong use.

Usage: face_test.py WORKLOAD REMEDIES_CPP CLASSES_CPP     the sources that hold the words of remedies and of classes
"""
import json
import re
import subprocess
import sys
import unittest

WORKLOAD, REMEDIES, CLASSES = sys.argv[1:4]
MEMBERS = {"name", "line", "verdicts", "control", "unit", "size", "default_size", "quick_size", "check_size", "most_size",
           "tolerance", "variants", "needs", "limit", "prepares", "device", "missing", "simulated"}


def run(*arguments):
    return subprocess.run([WORKLOAD, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)


def words(path):
    with open(path, encoding="utf-8") as file:
        return set(re.findall(r'"([a-z_]+)"', file.read()))


class Describe(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = run("--describe")
        assert done.returncode == 0 and not done.stderr, done
        cls.text, cls.said = done.stdout, json.loads(done.stdout)

    def test_has_every_member_and_no_other(self):
        self.assertEqual(set(self.said), MEMBERS)
        for variant in self.said["variants"]:
            self.assertEqual(set(variant), {"name", "line", "after", "remedy", "claim", "takes_piece"})

    def test_is_one_line(self):
        self.assertEqual(self.text.count("\n"), 1)

    def test_has_the_name_of_its_program(self):
        self.assertEqual(self.said["name"], WORKLOAD.rsplit("/", 1)[-1])

    def test_has_a_baseline_and_what_is_made_of_it(self):
        first, *others = self.said["variants"]
        self.assertEqual((first["after"], first["remedy"]), ("", ""))
        self.assertTrue(others)
        names = [variant["name"] for variant in self.said["variants"]]
        self.assertEqual(len(set(names)), len(names))
        for i, variant in enumerate(others, 1):
            self.assertIn(variant["after"], names[:i], variant["name"])

    def test_names_remedies_classes_and_claims_that_there_are(self):
        self.assertLessEqual({v["remedy"] for v in self.said["variants"]}, words(REMEDIES) | {""})
        self.assertLessEqual({v["claim"] for v in self.said["variants"]}, {"speedup", "completes", "bound", "none"})
        self.assertTrue(self.said["verdicts"])
        self.assertLessEqual({verdict.split("/")[0] for verdict in self.said["verdicts"]}, words(CLASSES))

    def test_has_a_lure_where_it_is_a_control(self):
        if self.said["control"]:
            self.assertIn("none", {v["claim"] for v in self.said["variants"][1:]})

    def test_says_everything_in_words(self):
        for text in (self.said["line"], self.said["unit"], self.said["limit"], *(v["line"] for v in self.said["variants"])):
            self.assertTrue(text.strip())

    def test_has_sizes_in_order(self):
        sizes = [self.said[f"{which}_size"] for which in ("check", "quick", "default", "most")]
        self.assertGreater(sizes[0], 0)
        self.assertEqual(sizes, sorted(sizes))

    def test_needs_more_for_a_larger_size(self):
        def needs(size):
            said = json.loads(run("--describe", "--size", str(size)).stdout)
            self.assertEqual(said["size"], size)
            return said["needs"]
        small, large = needs(self.said["check_size"]), needs(self.said["most_size"])
        for kind in ("memory_bytes", "disk_bytes"):
            self.assertLessEqual(small[kind], large[kind])
        self.assertGreater(small["memory_bytes"], 0)


class Words(unittest.TestCase):
    def test_has_a_limit_and_help(self):
        said = json.loads(run("--describe").stdout)
        self.assertEqual(run("--limit").stdout.split("\ndevice: ")[0].strip(), said["limit"].strip())
        for variant in said["variants"]:
            self.assertIn(variant["name"], run("--help").stdout)


class WrongUse(unittest.TestCase):
    def test_is_refused_with_its_reason(self):
        most = json.loads(run("--describe").stdout)["most_size"]
        for wrong in (["--size", "0"], ["--size", "-1"], ["--size", "x"], ["--size", "1.5"], ["--size", ""], ["--size"],
                      ["--size", str(most + 1)], ["--size", "9" * 40], ["0"], ["--threads", "0"], ["--variant", "none"],
                      ["--variant"], ["--nonsense"], [""], ["--describe", "--limit"], ["--check=1"]):
            done = run(*wrong)
            self.assertEqual((done.returncode, done.stdout), (2, ""), wrong)
            self.assertTrue(done.stderr.startswith(WORKLOAD.rsplit("/", 1)[-1] + ": "), done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
