#!/usr/bin/env python3
"""Tests of the corpus driver itself: judging, tables, the labels' form, renaming. Runs no target and no bottleneck."""

import argparse
import copy
import json
import os
import re
import sys
import unittest
import unittest.mock

sys.dont_write_bytecode = True
import corpus  # noqa: E402
import rename_test  # noqa: E402
import score  # noqa: E402
import stage  # noqa: E402
import streams  # noqa: E402
import withheld  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CLASSES = {"compute", "memory_bandwidth", "memory_latency", "memory_capacity", "io_read", "io_write", "network", "lock", "sleep",
           "kernel", "run_queue", "mixed"}
PARALLELISM = {"idle", "oversubscribed", "parallel", "imbalanced", "serial"}
DETAILS = {  # of the table of classes, docs/how-it-works.md
    "compute": {"unsplit", "scalar", "vectorized", "divide", "branchy", "chain", "interpreted", "unoptimized"},
    "memory_bandwidth": {"stream", "partial_lines"}, "memory_latency": {"dependent", "random", "strided"},
    "memory_capacity": {"first_touch", "swap", "reclaim", "limit"}, "io_read": {"sequential", "random", "small", "sync"},
    "io_write": {"sequential", "random", "small", "sync"}, "lock": {"mutex", "flock", "spin", "runtime"},
    "sleep": {"timer", "child", "outside", "for_work"}, "kernel": {"syscalls", "switches", "processes", "copies"},
    "run_queue": {"other_load", "quota", "placement"}}
KEYS = {"name", "kind", "short", "needs", "class", "detail", "accept", "parallelism", "at_least", "serial_share", "top",
        "because", "command", "setup", "outside", "peer", "stdin", "cgroup", "env", "exit"}


def labels():
    for file_name in corpus.SETS.values():
        path = os.path.join(HERE, file_name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                yield from json.load(file)["targets"]


def report(kind="lock", parallelism="serial", **shares):
    return {"verdict": {"class": kind, "detail": "", "parallelism": parallelism, "top": sorted(shares)},
            "shares": shares, "parallelism": {"serial_share": 0.3}}


def label(kind="lock", **more):
    return {"name": "t", "kind": "planted", "class": kind, **more}


class Judging(unittest.TestCase):
    def right(self, expected, got):
        return score.judge(expected, got).right

    def test_right_only_if_the_class_is_the_label_or_accepted(self):
        self.assertTrue(self.right(label(), report()))
        self.assertFalse(self.right(label(), report("kernel")))
        self.assertTrue(self.right(label(accept=["kernel"]), report("kernel")))

    def test_parallelism_counts_only_where_the_label_has_it(self):
        self.assertTrue(self.right(label(), report(parallelism="idle")))
        self.assertFalse(self.right(label(parallelism="imbalanced"), report(parallelism="serial")))

    def test_mixed_is_right_only_where_the_label_says_so(self):
        mixed = report("mixed", compute=0.45, sleep=0.45)
        self.assertFalse(self.right(label("compute"), mixed))
        self.assertTrue(self.right(label("mixed", top=["compute", "sleep"]), mixed))
        self.assertFalse(self.right(label("mixed", top=["lock"]), mixed))

    def test_a_share_must_be_shown_and_large_enough(self):
        self.assertTrue(self.right(label(at_least={"run_queue": 0}), report(run_queue=0)))
        self.assertFalse(self.right(label(at_least={"run_queue": 0}), report()))
        self.assertFalse(self.right(label(at_least={"run_queue": 0.1}), report(run_queue=0.05)))

    def test_the_serial_share_must_be_within_its_range(self):
        self.assertTrue(self.right(label(serial_share=[0.27, 0.33]), report()))
        self.assertFalse(self.right(label(serial_share=[0.31, 0.33]), report()))


class Withheld(unittest.TestCase):
    def outcome(self, tier, wanted, reason=""):
        got = report(lock=1)
        got["verdict"]["tier"] = tier
        got["probes"] = [{"name": "perf.sampler", "reason": "refused"}, {"name": "proc.sampler", "reason": reason}]
        return withheld.check_tier(score.judge(label(), got), got, wanted)

    def test_a_right_verdict_of_another_tier_is_wrong(self):
        self.assertTrue(self.outcome("B1", "full").right)
        self.assertTrue(self.outcome("C", "C").right)
        self.assertTrue(self.outcome("D", "D").right)
        for got, wanted in (("B1", "C"), ("B2", "D"), ("C", "D")):
            self.assertFalse(self.outcome(got, wanted, "it is linked statically").right)

    def test_tier_d_stands_for_c_only_with_a_reason(self):
        self.assertTrue(self.outcome("D", "C", "it is linked statically").right)
        self.assertFalse(self.outcome("D", "C").right)

    def test_what_the_tool_harmed_is_counted_apart_from_wrong_verdicts(self):
        results = [self.outcome("C", "C"), self.outcome("B1", "C"),
                   score.Outcome(label(), False, "crash", 0, "", "crash"),
                   score.Outcome(label(), False, "exit status", 0, "", "exit status")]
        self.assertEqual(withheld.count_harm(results), 2)
        self.assertEqual(score.score_line(results),
                         "1 of 4 right (25%), tier B1 in 1 and C in 1, 1 changed exit status, 1 crashed")
        self.assertEqual(withheld.count_harm(results[:2]), 0)


class Tables(unittest.TestCase):
    def test_counts_parallelism_under_its_own_word(self):
        expected = label("compute", parallelism="imbalanced")
        table = score.confusion_table([score.judge(expected, report("compute", "serial", compute=1)),
                                       score.judge(expected, report("lock", "serial", lock=1))])
        self.assertIn("| label \\ verdict | imbalanced | lock | serial | right |", table)
        self.assertIn("| imbalanced |  | 1 | 1 | 0 of 2 |", table)

    def test_skipped_targets_are_said_and_not_counted(self):
        results = [score.judge(label(), report(lock=1)), score.Skipped(label(), "no fio")]
        self.assertEqual(score.score_line(results), "1 of 1 right (100%), 1 skipped")

    def test_replaces_only_what_is_between_its_markers(self):
        text = score.put_between_markers("# Title\n", "a", "one\n")
        text = score.put_between_markers(text + "between\n", "b", "two\n")
        again = score.put_between_markers(text, "a", "three\n")
        self.assertEqual(again, text.replace("one", "three"))


class Labels(unittest.TestCase):
    def test_are_well_formed_and_have_a_reason(self):
        for item in labels():
            with self.subTest(item["name"]):
                self.assertLessEqual(set(item), KEYS)
                self.assertIn(item["class"], CLASSES)
                self.assertLessEqual(set(item.get("accept", [])) | set(item.get("at_least", {})) | set(item.get("top", [])), CLASSES)
                self.assertIn(item.get("parallelism", "idle"), PARALLELISM)
                self.assertIn(item["kind"], ("planted", "packaged"))
                self.assertIn(item.get("detail"), {None} | DETAILS.get(item["class"], set()))
                self.assertGreater(len(item["because"]), 20)
                self.assertEqual("top" in item, "mixed" in [item["class"], *item.get("accept", [])])

    def test_have_names_of_their_own(self):
        names = [item["name"] for item in labels()]
        self.assertEqual(len(names), len(set(names)))

    def test_cover_each_class_three_times_and_others_programs_15_times(self):
        for kind in CLASSES - {"mixed"}:
            self.assertGreaterEqual(sum(item["class"] == kind for item in labels()), 3, kind)
        self.assertGreaterEqual(sum(item["kind"] == "packaged" for item in labels()), 15)


    def test_of_a_sealed_set_are_only_seen_on_purpose(self):
        chosen = lambda name: {of for of, _ in corpus.load_labels(argparse.Namespace(set=name, only="", short=False))}
        with unittest.mock.patch.object(corpus, "contacts", dict):
            self.assertEqual(chosen("all"), set(corpus.SETS) - {"fourth"})
            self.assertEqual(chosen("fourth"), {"fourth"})
        with unittest.mock.patch.object(corpus, "contacts", lambda: {"fourth-root": {}}):
            self.assertEqual(chosen("all"), set(corpus.SETS))

    def test_skip_what_was_not_built_with_a_reason(self):
        expected = label(needs=["{bin}/fortran_O2"], command=["true"])
        with self.assertRaisesRegex(stage.Skip, "fortran_O2 is not built"):
            with stage.Stage(expected, HERE, HERE, False, None):
                pass


def loop(function, share, traffic, **more):
    return {"function": function, "share": share, "traffic": traffic, "iterations_per_s": 1e6, "streams": [], **more}


class Streams(unittest.TestCase):
    truth = streams.read_truth("noise\ntruth name=sum thread=0 bytes=8e9 iterations=1e9 flops=0 step=8 cpu_s=2 passes=1 checksum=3\n"
                               "truth name=sum thread=1 bytes=8e9 iterations=1e9 flops=0 step=8 cpu_s=2 passes=1 checksum=3\n")

    def compare(self, *loops):
        return streams.compare({"evidence": list(loops)}, self.truth, "sum", "-O2", 2)

    def test_count_all_threads_per_second_of_their_time(self):
        self.assertEqual(len(self.truth), 2)
        self.assertEqual(streams.rate_of(self.truth, "bytes"), 4e9)
        self.assertIsNone(streams.rate_of(self.truth, "flops"))

    def test_take_the_largest_loop_of_the_kernels_own_function(self):
        row = self.compare(loop("prepare_sum", 0.5, 1e9), loop("sum", 0.1, 2e9), loop("sum", 0.3, 4e9))
        self.assertEqual((row.truth, row.inferred), (4e9, 4e9))
        self.assertEqual(self.compare(loop("(anonymous namespace)::sum(State*)", 1, 3e9)).inferred, 3e9)

    def test_turn_iterations_of_the_machines_loop_into_those_of_the_source(self):
        streams_of_it = [{"bytes_per_s": 4e9, "stride": -32}, {"bytes_per_s": 9e9, "stride": 8000}, {"bytes_per_s": 9e9, "stride": None}]
        unrolled = loop("sum", 1, 4e9, iterations_per_s=125e6, streams=streams_of_it)
        self.assertEqual(self.compare(unrolled).rate, 500e6)
        self.assertEqual(self.compare(loop("sum", 1, 4e9)).rate, 1e6)

    def test_say_why_nothing_can_be_compared(self):
        with self.assertRaisesRegex(streams.NoEvidence, "does not look into loops"):
            streams.compare({}, self.truth, "sum", "-O2", 2)
        with self.assertRaisesRegex(streams.NoEvidence, "but in: main"):
            self.compare(loop("main", 1, 4e9))
        self.assertEqual(self.compare(loop("sum", 1, None, iterations_per_s=None, why_no_rate="aliased")).why, "aliased")

    def test_exceed_their_limits_by_median_by_worst_and_by_what_is_missing(self):
        def row(inferred, rate):
            return streams.Row("sum", "-O2", 1, 100, inferred, 100, rate, "")
        self.assertEqual(streams.judge([row(101, 101), row(99, None)])[1], [])
        broken = " ".join(streams.judge([row(89, 80), row(None, 100)])[1])
        for word in ("without traffic", "median error of traffic", "worst error of traffic", "median error of rates", "false rates: sum"):
            self.assertIn(word, broken)
        self.assertIn("| sum | -O2 | 1 | 100 | 101 | +1.0% |  |",
                      streams.table([row(101, 1)], "", "", 1, lambda r: r.truth, lambda r: r.inferred))


class Renaming(unittest.TestCase):
    def setUp(self):
        self.report = {"profile": {
            "target": {"command": ["./multiply", "-n", "9"]},
            "processes": {"executable": ["/opt/multiply"], "name": ["multiply"]},
            "threads": {"name": ["multiply"]},
            "locations": {"module": ["/opt/multiply", "[kernel]", "/usr/lib/libgomp.so.1"], "function": ["main", "do_futex", ""],
                          "file": ["m.cpp", "", ""], "caller": ["", "main", ""]},
            "waits": {"object": ["/data/in", "tcp 10.0.0.1:80", "futex"]}}}

    def test_replaces_each_name_by_one_token_everywhere(self):
        rename_test.rename(self.report, ("libgomp.so",))
        profile = self.report["profile"]
        self.assertNotRegex(json.dumps(profile), r"multiply|main|m\.cpp|data")
        token = profile["processes"]["name"][0]
        self.assertEqual(profile["threads"]["name"], [token])
        self.assertTrue(profile["processes"]["executable"][0].endswith("/" + token))

    def test_keeps_runtimes_and_the_kernels_own_words(self):
        rename_test.rename(self.report, ("libgomp.so",))
        locations = self.report["profile"]["locations"]
        self.assertEqual((locations["module"][1], locations["function"][1]), ("[kernel]", "do_futex"))
        self.assertTrue(locations["module"][2].endswith("/libgomp.so.1"))
        self.assertEqual(self.report["profile"]["waits"]["object"][1:], ["tcp 10.0.0.1:80", "futex"])

    def test_takes_the_runtimes_from_the_published_table(self):
        names = rename_test.runtime_names()
        self.assertIn("libgomp.so", names)
        self.assertFalse([name for name in names if re.search(r"\.h$|/", name)])

    def test_sees_a_share_that_moved(self):
        before = report(lock=0.6)
        after = copy.deepcopy(before)
        self.assertEqual(rename_test.differences(before, after), [])
        after["shares"]["lock"] = 0.59
        self.assertEqual(len(rename_test.differences(before, after)), 1)


if __name__ == "__main__":
    unittest.main()
