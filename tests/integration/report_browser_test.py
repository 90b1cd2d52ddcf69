#!/usr/bin/env python3
"""The report in a real browser: Chromium without a network, driven over WebDriver.

usage: report_browser_test.py PROGRAM [SCREENSHOT_FOLDER]

Exit status 77, with a message, where chromium, chromedriver or three.js is missing (`./run setup page`).
"""
import base64
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

PROGRAM = ""
SCREENSHOTS = None
THREE = "/usr/share/javascript/three/three.min.js"
HOSTILE = "</script><img src=x onerror=document.title='owned'>"
NUM_FRAMES = 90  # more than a page of the table


class Browser:
    """The few words of WebDriver that are needed here."""

    def __init__(self, folder, dark=False, size=(1366, 900)):
        self.log = open(os.path.join(folder, "driver.log"), "w")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=self.log, text=True)
        port = None
        for line in self.driver.stdout:
            if "successfully on port " in line:
                port = line.rsplit("on port ", 1)[1].strip(" .\n")
                break
        if not port:
            raise RuntimeError("chromedriver did not start")
        self.root = f"http://127.0.0.1:{port}"
        arguments = ["--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
                     "--disable-background-networking", "--disable-component-update", "--no-first-run",
                     "--hide-scrollbars", "--proxy-server=127.0.0.1:9", "--disable-dev-shm-usage",
                     f"--window-size={size[0]},{size[1]}", "--user-data-dir=" + tempfile.mkdtemp(dir=folder)]
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        options = {"args": arguments}
        if shutil.which("chromium"):
            options["binary"] = shutil.which("chromium")
        answer = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.root += "/session/" + answer["sessionId"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()[:500]) from None

    def open(self, path, fragment=""):
        self.ask("POST", "/url", {"url": "about:blank"})
        self.ask("POST", "/url", {"url": "file://" + path + fragment})
        self.wait("return !document.getElementById('content').hidden")

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, seconds=60):
        end = time.time() + seconds
        while time.time() < end:
            if self.run(script):
                return
            time.sleep(0.05)
        raise AssertionError(f"after {seconds} s still not: {script}")

    def find(self, selector):
        return next(iter(self.ask("POST", "/element", {"using": "css selector", "value": selector}).values()))

    def click(self, selector):
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        self.ask("POST", f"/element/{self.find(selector)}/click", {})

    def keys(self, selector, text):
        self.ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def drag(self, selector, by):
        origin = next(iter([self.find(selector)]))
        element = {"element-6066-11e4-a52e-4f735466cecf": origin}
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": [
            {"type": "pointerMove", "origin": element, "x": 0, "y": 0}, {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "origin": "pointer", "x": by[0], "y": by[1], "duration": 100},
            {"type": "pointerUp", "button": 0}]}]})

    def picture(self, selector):
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        # What was asked for has been drawn two frames later.
        self.ask("POST", "/execute/async", {"args": [], "script":
                 "requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(arguments[0])))"})
        return self.ask("GET", f"/element/{self.find(selector)}/screenshot")

    def keep(self, name):
        if SCREENSHOTS:
            pathlib.Path(SCREENSHOTS, name + ".png").write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))

    def complaints(self):
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def close(self):
        try:
            self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.log.close()


def vitruvius(*arguments, status=0):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    if done.returncode != status:
        raise RuntimeError(f"{arguments[0]}: exit status {done.returncode}, expected {status}: {done.stderr}")


def coco_people(folder):
    """A clip of one person who walks and people without keypoints, one with a hostile id, as detectors write them."""
    generator = random.Random(3)
    # A standing person, 17 COCO keypoints in px.
    stand = [(500, 200), (510, 190), (490, 190), (525, 195), (475, 195), (560, 270), (440, 270), (590, 360), (410, 360),
             (600, 440), (400, 440), (535, 450), (465, 450), (540, 590), (460, 590), (545, 720), (455, 720)]
    images, annotations = [], []
    for frame in range(NUM_FRAMES):
        images.append({"id": frame, "file_name": f"clip_{frame:03d}.png", "width": 1000, "height": 1000})
        points = []
        for x, y in stand:
            points += [x + frame + generator.gauss(0, 2), y + generator.gauss(0, 2), 2]
        if frame % 30 == 29:
            points = [0] * 51
        annotations.append({"id": frame, "image_id": frame, "category_id": 1, "keypoints": points, "num_keypoints": 17,
                            "bbox": [300, 150, 400, 600], "area": 1, "iscrowd": 0})
    path = os.path.join(folder, "clip.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "person"}]}, file)
    with open(os.path.join(folder, HOSTILE.replace("/", "_") + ".json"), "w", encoding="utf-8") as file:
        json.dump({"version": 1.3, "people": [{"pose_keypoints_2d": [0] * 75}]}, file)


class ReportInABrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="vitruvius_report_")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        os.mkdir(os.path.join(cls.folder, "in"))
        coco_people(os.path.join(cls.folder, "in"))
        cls.out = os.path.join(cls.folder, "out")
        vitruvius("fit", os.path.join(cls.folder, "in"), "--out", cls.out, "--model=mannequin", "--starts=1", "--report", "--quiet")
        cls.page = os.path.join(cls.out, "report.html")
        cls.browser = Browser(cls.folder)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.open(self.page)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])

    def column(self, key):
        """The cells of a column as they stand in the table."""
        return self.browser.run(
            "const heads = [...document.querySelectorAll('#table th button')].map((b) => b.dataset.key);"
            "const at = heads.indexOf(arguments[0]);"
            "return [...document.querySelectorAll('#table tbody tr')].map((r) => r.cells[at].textContent)", key)

    def test_opens_and_counts(self):
        self.assertIn(f"{NUM_FRAMES + 1} people, 4 not usable", self.browser.run("return document.getElementById('lead').textContent"))
        self.assertEqual(len(self.column("id")), 50)
        self.assertEqual(self.browser.run("return document.title"), "out: fitted people")
        self.browser.keep("open")

    def test_hostile_id_stays_text(self):
        self.browser.keys("#search", "onerror")
        self.browser.wait("return document.querySelectorAll('#table tbody tr').length === 1")
        self.browser.click("#table tbody tr")
        self.assertIn("onerror", self.browser.run("return document.querySelector('#person h3.name').textContent"))
        self.assertEqual(self.browser.run("return document.querySelectorAll('img[src=x]').length"), 0)
        self.assertEqual(self.browser.run("return document.title"), "out: fitted people")

    def test_sorts(self):
        self.browser.click('#table th button[data-key="residual_percent"]')
        down = [float(text) for text in self.column("residual_percent")]
        self.assertEqual(down, sorted(down, reverse=True))
        self.browser.click('#table th button[data-key="residual_percent"]')
        up = [float(text) for text in self.column("residual_percent")]
        self.assertEqual(up, sorted(up))
        self.assertLess(up[0], down[0])
        self.assertEqual(self.browser.run("return document.querySelector('th[aria-sort]').getAttribute('aria-sort')"), "ascending")
        # Those who have no number come last either way.
        self.browser.click('button[aria-label="Last page"]')
        self.assertEqual(self.column("residual_percent")[-4:], ["–"] * 4)

    def test_filters(self):
        self.browser.click("#reason-table tbody tr:nth-child(2) button")
        self.assertEqual(set(self.column("reason")), {"too_few_keypoints"})
        self.browser.click("#chips button")
        bar = ('document.querySelector(\'.chart[data-key="residual_percent"] .bar[tabindex="0"]\')')
        says = self.browser.run(f"const bar = {bar}; bar.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter'}}));"
                                "return bar.getAttribute('aria-label')")
        count = int(says.rsplit(": ", 1)[1].split()[0])
        self.assertEqual(self.browser.run("return document.getElementById('chips').firstChild.textContent"),
                         f"{count} of {NUM_FRAMES + 1} people")

    def test_chooses_by_keys_and_by_address(self):
        self.browser.run("document.querySelector('#table tbody tr').focus()")
        first = self.browser.run("return document.querySelector('#table tbody tr').cells[0].textContent")
        self.browser.keys("#table tbody tr", "\ue015")  # arrow down
        chosen = self.browser.run("return document.querySelector('tr[aria-selected=true]').cells[0].textContent")
        self.assertNotEqual(chosen, first)
        self.assertEqual(self.browser.run("return document.querySelector('#person h3.name').textContent"), chosen)
        self.browser.open(self.page, self.browser.run("return location.hash"))
        self.assertEqual(self.browser.run("return document.querySelector('#person h3.name').textContent"), chosen)

    def test_body_turns(self):
        canvas = ".stage canvas"
        before = self.browser.picture(canvas)
        self.browser.keep("body")
        self.browser.drag(canvas, (120, 0))
        turned = self.browser.picture(canvas)
        self.assertNotEqual(turned, before)
        self.browser.keys(canvas, "\ue012")  # arrow left
        self.assertNotEqual(self.browser.picture(canvas), turned)
        self.browser.click('button[data-show="body"]')
        hidden = self.browser.picture(canvas)
        self.browser.click('button[data-show="joints"]')
        self.assertNotEqual(self.browser.picture(canvas), hidden)
        # Without a body there is little to compress: the body was seen before.
        self.assertLess(len(hidden), 0.6 * len(turned))

    def test_clip_plays(self):
        row = "return document.querySelector('.stage').dataset.row"
        before = self.browser.run(row)
        self.browser.click("button.play")
        self.browser.wait(f"return document.querySelector('.stage').dataset.row !== '{before}'")
        self.browser.click("button.play")
        stopped = self.browser.run(row)
        time.sleep(0.3)
        self.assertEqual(self.browser.run(row), stopped)
        self.assertEqual(self.browser.run("return String(window.vitruvius.panel.row)"), stopped)

    def test_body_is_the_one_of_the_results(self):
        """The page's forward function against the program's, vertex by vertex."""
        meshes = os.path.join(self.folder, "meshes")
        vitruvius("convert", self.out, "--to=obj", "--out", meshes, "--model=mannequin")
        ids = self.browser.run("return vitruvius.report.ids")
        within_m = 5e-4  # pose directions in 8 bits
        for frame in (0, 40, 83):
            row = next(i for i, name in enumerate(ids) if name.startswith(f"clip_{frame:03d}"))
            path = os.path.join(meshes, ids[row] + ".obj")
            with open(path, encoding="utf-8") as file:
                wanted = [[float(word) for word in line.split()[1:4]] for line in file if line.startswith("v ")]
            found = self.browser.run("vitruvius.panel.show(arguments[0]); return Array.from(vitruvius.body.vertices)", row)
            self.assertEqual(len(found), 3 * len(wanted))
            worst = max(abs(found[3 * v + k] - wanted[v][k]) for v in range(len(wanted)) for k in range(3))
            self.assertLess(worst, within_m)
            print(f"row {row}: vertices within {1000 * worst:.3f} mm", file=sys.stderr)


class OtherReports(unittest.TestCase):
    def open(self, folder, *arguments, **looks):
        out = os.path.join(folder, "out")
        vitruvius("report", out, "--model=mannequin", "--quiet", *arguments)
        browser = Browser(folder, **looks)
        self.addCleanup(browser.close)
        browser.open(os.path.join(out, "report.html"))
        return browser

    def folder_of(self, people, status=0):
        folder = tempfile.mkdtemp(prefix="vitruvius_report_")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        path = os.path.join(folder, "in.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"version": 1.3, "people": people}, file)
        vitruvius("fit", path, "--out", os.path.join(folder, "out"), "--model=mannequin", "--quiet", status=status)
        return folder

    def test_nobody_usable(self):
        browser = self.open(self.folder_of([{"pose_keypoints_2d": [0] * 75}] * 3, status=3))
        self.assertIn("none of them usable", browser.run("return document.getElementById('lead').textContent"))
        self.assertEqual(browser.run("return document.querySelectorAll('#table tbody tr').length"), 3)
        self.assertEqual(browser.complaints(), [])
        browser.keep("nobody_usable")

    def test_without_bodies_the_page_says_so(self):
        points = [value for k in range(25) for value in (100 + 113 * k % 200, 100 + 151 * k % 290, 0.9)]
        browser = self.open(self.folder_of([{"pose_keypoints_2d": points}], status=3), "--bodies=0", size=(390, 844))
        self.assertIn("without bodies", browser.run("return document.getElementById('person').textContent"))
        self.assertEqual(browser.run("return document.querySelectorAll('canvas').length"), 0)
        # Nothing is wider than a phone.
        self.assertLessEqual(browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)
        self.assertEqual(browser.complaints(), [])
        browser.keep("phone")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = sys.argv[1]
    SCREENSHOTS = sys.argv[2] if len(sys.argv) > 2 else None
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    if not os.path.isfile(THREE):
        missing.append("libjs-three")
    if missing:
        print("skipped: " + ", ".join(missing) + " missing; ./run setup page installs it")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
