"""Measures how soon list, map and matrix of a large index are there, and how quick they are to use.

speed.py ADDRESS [RUNS]: a running `tane serve`. Each view is opened RUNS times (default 5) in a fresh page of one Chromium
without a window, and the medians are printed. Run it once before, so that the server has computed map and matrix.

first paint: from the start of the navigation until the browser has painted anything (paint timing).
ready: until the view has drawn its content: the first rows, or the points or cells on the canvas.
frame: milliseconds in which the view draws once more after a step of the wheel, the longest of 12 steps, with the
JavaScript of the step; for the list, after a letter in the field that filters.
"""

import statistics
import sys
import tempfile

from driver import Browser

VIEWS = {
    "list": ("#/articles", "document.querySelector('.list tbody tr')"),
    "map of articles": ("#/map", "drawn()"),
    "map of passages": ("#/map?of=passages", "drawn()"),
    "matrix": ("#/matrix", "drawn()"),
}
#: Waits for the content and says when it was there, in milliseconds since the navigation began.
READY = """
  const done = arguments[0];
  const drawn = () => {
    const canvas = document.querySelector('.stage canvas');
    if (!canvas || canvas.width < 2) return false;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint32Array(data.buffer);
    return pixels.some((pixel) => pixel !== 0 && pixel !== pixels[pixels.length >> 1] && pixel !== pixels[5000]);
  };
  const look = () => {
    if (!(%s)) return requestAnimationFrame(look);
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    done([paint?.startTime ?? 0, performance.now()]);
  };
  look();"""
FRAMES = """
  const done = arguments[0];
  const canvas = document.querySelector('.stage canvas');
  const find = document.querySelector('[name=find]');
  const times = [];
  const step = (n) => {
    if (n === 12) return done(Math.max(...times));
    const start = performance.now();
    if (canvas) {
      const place = { clientX: 400, clientY: 400, deltaY: n < 6 ? -90 : 90, bubbles: true, cancelable: true };
      canvas.dispatchEvent(new WheelEvent('wheel', place));
    } else {
      find.value = '日本語'.slice(0, n % 4);
      find.dispatchEvent(new Event('input', { bubbles: true }));
    }
    // The frame draws, and the task after it comes when it has been drawn.
    requestAnimationFrame(() => setTimeout(() => {
      times.push(performance.now() - start);
      step(n + 1);
    }));
  };
  requestAnimationFrame(() => step(0));"""


def main():
    base, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print("| | first paint | ready | frame |\n| --- | --- | --- | --- |")
    for name, (address, ready) in VIEWS.items():
        with tempfile.TemporaryDirectory() as profile:
            browser = Browser(profile)
            try:
                browser.size(1280, 800)
                browser.call("POST", "/timeouts", {"script": 600_000, "pageLoad": 600_000})
                measured = []
                for run in range(runs):
                    browser.open("about:blank")
                    browser.open(f"{base}/?{run}{address}")
                    painted, there = browser.run_async(READY % ready)
                    measured.append((painted, there, browser.run_async(FRAMES)))
                medians = [statistics.median(values) for values in zip(*measured, strict=True)]
                print(f"| {name} | " + " | ".join(f"{value:.0f} ms" for value in medians) + " |", flush=True)
            finally:
                browser.close()


main()
