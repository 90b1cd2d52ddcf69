#!/usr/bin/env python3
"""The page about pose priors in a real browser: Chromium without a network, driven over WebDriver.

usage: prior_page_browser_test.py PROGRAM

Exit status 77, with a message, where chromium, chromedriver (`./run setup page`) or motion files (Debian's package
assimp-testmodels) are missing.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from report_browser_test import Browser

PROGRAM = ""
MOTIONS = [f"/usr/share/assimp/models/BVH/01_0{i}.bvh" for i in (1, 3)]
# In the library's place, so that no test hangs on npm: points of two sets wander, three steps.
STAND_IN = """exports.TSNE = class {
  constructor(rows) { this.rows = rows; }
  *generator(steps) { for (let k = 1; k <= 3; ++k) yield this.rows.map((row, i) => [k * i, row[0]]); }
};
"""


class PriorPageInABrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="vitruvius_priors_")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.browser = Browser(cls.folder)
        cls.addClassCleanup(cls.browser.close)

    def page(self, name, with_library, names):
        home = os.path.join(self.folder, name)
        os.makedirs(os.path.join(home, "vitruvius/js"))
        if with_library:
            pathlib.Path(home, "vitruvius/js/druid.js").write_text(STAND_IN, encoding="utf-8")
        hostile = os.path.join(home, "<img src=x onerror=alert(1)>.npz")
        shutil.copy(os.path.join(os.path.dirname(__file__), "../../data/priors/gmm1.npz"), hostile)
        subprocess.run([PROGRAM, "evaluate", "prior", *[hostile if name == "hostile" else name for name in names], "--train", MOTIONS[0], "--test", MOTIONS[1],
                        "--model=mannequin", "--samples=200", "--queries=10", "--compared=30", "--meshes=3", "--people=3", "--quiet",
                        "--out", os.path.join(home, "out")], check=True, capture_output=True, text=True,
                       env={**os.environ, "XDG_DATA_HOME": home})
        self.browser.open(os.path.join(home, "out/prior.html"))

    def count(self, selector):
        return self.browser.run("return document.querySelectorAll(arguments[0]).length", selector)

    def text(self):
        return self.browser.run("return document.getElementById('content').innerText")

    def test_tables_curves_and_pictures(self):
        self.page("plain", with_library=False, names=["gmm8", "hostile", "real"])
        self.assertEqual(self.count("img[src^='data:image/jpeg']"), 6)  # samples and worst of each
        self.assertEqual(self.count("img"), 6)  # the name of a file is no markup
        self.assertEqual(self.count("polyline"), 4 * 3)
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('img')].filter((i) => i.complete && !i.naturalWidth).length"), 0)
        for words in ("Recall and precision", "4.0 ± 1.9 / 5.5", "Why they differ", "84.3", "Left out", "onerror"):
            self.assertIn(words, self.text())
        for nonsense in ("NaN", "undefined", "[object"):
            self.assertNotIn(nonsense, self.text())
        self.assertEqual(self.browser.complaints(), [])

    def test_embedding(self):
        self.page("library", with_library=True, names=["real"])
        self.browser.click("section:last-of-type button")
        self.browser.wait("return document.body.innerText.includes('done')")
        # 300 samples and as many train poses.
        self.assertEqual(self.count(".cloud circle"), 2 * 300)
        self.assertEqual(self.browser.run("return document.querySelectorAll('.cloud circle[cx=NaN], .cloud circle:not([cx])').length"), 0)
        self.assertEqual(self.browser.complaints(), [])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = sys.argv[1]
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    missing += [path for path in MOTIONS if not os.path.isfile(path)]
    if missing:
        print("skipped: " + ", ".join(missing) + " missing")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
