#!/usr/bin/env python3
"""The page about rounds of registration and learning in a real browser: Chromium without a network, over WebDriver.

usage: rounds_page_browser_test.py PROGRAM

Exit status 77, with a message, where chromium, chromedriver (`./run setup page`), the learning program (`./run setup
learn`) or motion files (Debian's package assimp-testmodels) are missing.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from report_browser_test import Browser

PROGRAM = ""
MOTION = "/usr/share/assimp/models/BVH/01_01.bvh"


class RoundsPageInABrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="vitruvius_rounds_")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.run_program("synthesize", MOTION, "--count=12", "--out", cls.at("train"))
        # A hostile name, which is text and no markup.
        cls.run_program("synthesize", MOTION, "--count=4", "--seed=2", "--out", cls.at("<img src=x onerror=alert(1)>"))
        cls.run_program("learn", "deform-and-learn", cls.at("train"), "--test", cls.at("<img src=x onerror=alert(1)>"), "--rounds=2",
                        "--arch=resnet18", "--size=32", "--epochs=1", "--batch=4", "--evaluations=1", "--lifter_hidden=8",
                        "--lifter_batch=4", "--lifter_epochs=20", "--threads=1", "--out", cls.at("out"))
        cls.browser = Browser(cls.folder)
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def at(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def run_program(cls, *words):
        size = ["--side=64"] if words[0] == "synthesize" else []
        subprocess.run([PROGRAM, *words, *size, "--model=mannequin", "--quiet"], check=True, capture_output=True, text=True,
                       env={**os.environ, "XDG_DATA_HOME": cls.folder})

    def count(self, selector):
        return self.browser.run("return document.querySelectorAll(arguments[0]).length", selector)

    def test_errors_labels_times_curves_and_pictures(self):
        self.browser.open(self.at("out/report.html"))
        text = self.browser.run("return document.getElementById('content').innerText")
        self.assertEqual(self.count("img[src^='data:image/jpeg']"), 3)  # test people, registrations, the least trusted
        self.assertEqual(self.count("img"), 3)
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('img')].filter((i) => i.complete && !i.naturalWidth).length"), 0)
        # Two charts of errors, and the lifters' curves: the regressors' two steps make none.
        self.assertEqual(self.count(".chart"), 2 + 2)
        for words in ("Errors by round", "round 2", "Regressor, 4 test people", "Registration, 12 training people", "left out",
                      "depth lifter", "minutes in all", "onerror", "deform-and-learn"):
            self.assertIn(words, text)
        for nonsense in ("NaN", "undefined", "[object"):
            self.assertNotIn(nonsense, text)
        points = self.browser.run("return [...document.querySelectorAll('polyline')].map((line) => line.getAttribute('points')).join(' ')")
        self.assertNotIn("NaN", points)
        self.assertEqual(self.browser.complaints(), [])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = sys.argv[1]
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    missing += [path for path in (MOTION, os.path.join(os.path.dirname(PROGRAM), "vitruvius_learn")) if not os.path.isfile(path)]
    if missing:
        print("skipped: " + ", ".join(missing) + " missing")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
