"""A browser driven by WebDriver (W3C) over plain HTTP; the standard library is all it needs."""

import base64
import json
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Left": "\ue012",
    "Up": "\ue013",
    "Right": "\ue014",
    "Down": "\ue015",
}
#: Seconds that the page may take for anything.
PATIENCE = 30


class Browser:
    """Chromium without a window. `chromedriver` starts it."""

    def __init__(self, profile):
        self.log = Path(profile, "chromedriver.log")
        self.process = subprocess.Popen(
            ["chromedriver", "--port=0", "--allowed-ips=127.0.0.1"], stdout=self.log.open("w"), stderr=subprocess.STDOUT
        )
        self.root = f"http://127.0.0.1:{self.port()}"
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            f"--user-data-dir={profile}/chromium",
        ]
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments, "prefs": {"intl.accept_languages": "en"}},
            "goog:loggingPrefs": {"browser": "ALL"},
            "unhandledPromptBehavior": "ignore",
        }
        started = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.root += f"/session/{started['sessionId']}"

    def port(self):
        for _ in range(100):
            said = self.log.read_text()
            if "successfully on port " in said:
                return int(said.rsplit("on port ", 1)[1].split(".")[0])
            time.sleep(0.1)
        raise SystemExit(f"chromedriver did not start: {self.log.read_text()}")

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait()

    def call(self, method, path, body=None):
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.root + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            said = json.load(error)["value"]
            raise AssertionError(f"{method} {path}: {said['error']}: {said['message']}") from None

    def open(self, address):
        self.call("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        """The value of a function body in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        return self.call("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def until(self, what, script, *arguments):
        """Waits until a function body says something true, and returns that."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            value = self.run(script, *arguments)
            if value:
                return value
            time.sleep(0.05)
        text = self.run("return document.body.innerText.slice(0, 1500)")
        raise AssertionError(f"waited {PATIENCE} s for {what} at {self.address()}; the page says:\n{text}")

    def address(self):
        return self.call("GET", "/url")

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        """A click as a hand makes it: it fails where something else is in the way."""
        self.call("POST", f"/element/{self.find(selector)}/click")

    def choose(self, selector, value):
        """Chooses from a list, as the page sees it."""
        self.run(
            "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
            "s.dispatchEvent(new Event('input', {bubbles: true})); s.dispatchEvent(new Event('change', {bubbles: true}))",
            selector,
            value,
        )

    def type(self, selector, text):
        element = self.find(selector)
        self.call("POST", f"/element/{element}/clear")
        self.call("POST", f"/element/{element}/value", {"text": text})

    def press(self, *keys):
        """Presses keys wherever the focus is."""
        steps = []
        for key in keys:
            for letter in [KEYS[key]] if key in KEYS else key:
                steps += [{"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter}]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def pointer(self, selector, *moves):
        """Moves the mouse over an element; a move is `(x, y)` from its centre, "down" or "up"."""
        origin = {ELEMENT: self.find(selector)}
        steps = []
        for move in moves:
            if isinstance(move, str):
                steps.append({"type": f"pointer{move.title()}", "button": 0})
            else:
                steps.append({"type": "pointerMove", "duration": 30, "origin": origin, "x": move[0], "y": move[1]})
        self.call("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": steps}]})

    def size(self, width, height):
        """The size of the page itself; a window cannot be as narrow as a phone."""
        self.call(
            "POST",
            "/goog/cdp/execute",
            {
                "cmd": "Emulation.setDeviceMetricsOverride",
                "params": {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
            },
        )

    def screenshot(self, path):
        Path(path).write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def dialog(self):
        """The text of an open dialog, if there is one."""
        try:
            return self.call("GET", "/alert/text")
        except AssertionError as error:
            if "no such alert" in str(error):
                return None
            raise

    def messages(self):
        """What the browser has logged since it was last asked."""
        return self.call("POST", "/se/log", {"type": "browser"})
