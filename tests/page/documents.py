"""Reads documents as pages, in a real browser.

documents.py ADDRESS FOLDER AXE SHOTS: the server needs the token `sesame`, and its index holds FOLDER: some of
tests/data/documents, and what `documents.py make FOLDER` writes there. Only the standard library is needed.
"""

import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from checks import check, violations
from driver import Browser

#: Pages of the long document.
PAGES = 40
#: The pictures that are drawn, by page.
DRAWN = "return [...document.querySelectorAll('figure:has(.drawn)')].map((node) => Number(node.dataset.page))"
#: Of the pixels below the marks: how many there are, and how many are dark.
INK = """
  let [all, dark] = [0, 0];
  for (const mark of document.querySelectorAll('.on-page')) {
    const canvas = mark.parentNode.querySelector('canvas');
    if (!mark.closest('.drawn')) return null;
    const [box, sheet] = [mark.getBoundingClientRect(), canvas.getBoundingClientRect()];
    const scale = canvas.width / sheet.width;
    const area = [box.left - sheet.left, box.top - sheet.top, box.width, box.height].map((n) => Math.round(n * scale));
    const { data } = canvas.getContext('2d').getImageData(...area);
    for (let at = 0; at < data.length; at += 4) {
      all += 1;
      dark += data[at] + data[at + 1] + data[at + 2] < 300 ? 1 : 0;
    }
  }
  return all && [all, dark]"""
#: Whether the middle of the first mark is in sight, and nothing but the picture lies there.
IN_SIGHT = """
  const box = document.querySelector('.on-page')?.getBoundingClientRect();
  if (!box) return false;
  const there = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 40));
  return box.top >= 0 && box.top < innerHeight && Boolean(there?.closest('.sheet'))"""


def make(folder):
    """A document of many pages, each with a sentence of its own."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(PAGES))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {PAGES}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
    ]
    for number in range(1, PAGES + 1):
        # Lines that are the same on every page would be running heads.
        name = "".join(["ka", "ri", "mo", "te", "lu"][number * step // 7 % 5] for step in (7, 11, 17, 23)).title()
        text = f"BT /F 16 Tf 72 700 Td (At dusk {name} lights the lamp of the lighthouse on {name[::-1]}.) Tj ET"
        page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>"
        objects.append(f"{page}/Contents {3 + 2 * number} 0 R>>")
        objects.append(f"<</Length {len(text)}>>stream\n{text}\nendstream")
    out = "%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    Path(folder, "long.pdf").write_text(f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}{end}", newline="\n")


class Test:
    def __init__(self, browser, base, folder, axe, shots):
        self.browser, self.base, self.folder, self.axe, self.shots = browser, base, Path(folder), axe, Path(shots)

    def read(self, name):
        """Opens an article or a passage."""
        self.browser.run("location.hash = arguments[0]", f"#/read?id={quote(f'documents/{name}', safe='')}")

    def start(self):
        self.browser.open(self.base + "/")
        self.browser.until("the form for the token", "return document.querySelector('#token')")
        self.browser.type("#token", "sesame")
        self.browser.press("Enter")
        self.browser.until("the page", "return document.querySelector('.welcome')")
        self.browser.messages()

    def marked(self):
        """The passage is marked where it stands, in horizontal and in vertical text."""
        for name in ("pages.pdf#1", "tex_uplatex_ja_embed_notounicode_v.pdf#2"):
            self.read(name)
            total, dark = self.browser.until(f"the marked page of {name}", INK)
            share = dark / total
            # Letters fill some of a line: neither nothing nor all of it.
            check(0.02 < share < 0.6, f"{name}: {share:.0%} of what is marked is dark")
            self.browser.until(f"the mark of {name} in sight", IN_SIGHT)
            said = self.browser.run("return document.querySelector('figure .unseen').textContent")
            check(said.startswith("Marked on this page: ") and len(said) > 40, f"not said: {said}")
            label = self.browser.run("return document.querySelector('.sheet canvas').ariaLabel")
            check(label.startswith("Page 1 of "), f"the picture is called {label}")
            check(self.browser.run("return document.querySelector('main .text').hidden"), "the text is shown, too")

    def switch(self):
        """By the keyboard; what was chosen is kept."""
        self.read("pages.pdf#1")
        self.browser.until("the pages", "return document.querySelector('.sheet.drawn')")
        self.browser.run("document.querySelector('.views button').focus()")
        self.browser.press("Tab", "Enter")
        self.browser.until(
            "the passage in the text",
            "const hit = document.querySelector('.hit'); return hit && hit.getBoundingClientRect().height > 0",
        )
        check(self.browser.run("return document.querySelector('.pages').hidden"), "the pages are still shown")
        self.browser.call("POST", "/refresh")
        self.browser.until("the text again", "return document.querySelector('.hit')?.getBoundingClientRect().height")
        self.browser.click(".views button")
        self.browser.until("the pages again", IN_SIGHT)
        pressed = "return [...document.querySelectorAll('.views button')].map((node) => node.ariaPressed).join()"
        check(self.browser.run(pressed) == "true,false", "the switch says something else")

    def long(self):
        """Of a long document only the pages near the window are drawn."""
        self.read("long.pdf")
        self.browser.until("the first page", "return document.querySelector('[data-page=\"1\"] .drawn')")
        time.sleep(0.5)
        drawn = self.browser.run(DRAWN)
        check(drawn[0] == 1 and len(drawn) <= 5, f"drawn: {drawn}")
        self.browser.run(f"document.querySelector('[data-page=\"{PAGES}\"]').scrollIntoView()")
        self.browser.until("the last page", f"return document.querySelector('[data-page=\"{PAGES}\"] .drawn')")
        self.browser.until("no first page", "return !document.querySelector('[data-page=\"1\"] .drawn')")
        drawn = self.browser.run(DRAWN)
        check(len(drawn) <= 5, f"drawn at the end: {drawn}")

    def letters(self):
        """Letters that cannot be drawn are told, with the way to the text."""
        self.read("raw_ja_90ms_rksj_v.pdf")
        self.browser.until(
            "what is missing", "return document.querySelector('figure p')?.innerText.includes('fonts are not in the file')"
        )
        self.browser.click("figure p button")
        self.browser.until("the text", "return document.querySelector('main .text')?.innerText.includes('吾輩は猫である')")
        self.browser.run("scrollTo(0, 0)")
        self.browser.click(".views button")

    def views(self):
        """In both themes and widths: axe-core finds nothing serious, nothing is too wide, and screenshots are kept."""
        self.browser.open(self.base + "/")
        self.browser.run(self.axe + "\n;window.axe = axe")
        found = []
        for name in ("pages.pdf#1", "tex_uplatex_ja_embed_notounicode_v.pdf#2"):
            for width, height in ((1280, 800), (360, 740)):
                self.browser.size(width, height)
                self.read("long.pdf")
                self.browser.until("another document", "return document.querySelectorAll('figure').length > 20")
                self.read(name)
                self.browser.until("the marked page", INK)
                self.browser.until("the mark in sight", IN_SIGHT)
                for theme in ("light", "dark"):
                    self.browser.run("document.documentElement.dataset.theme = arguments[0]", theme)
                    time.sleep(0.3)
                    self.browser.screenshot(self.shots / f"document-{name.split('_')[0].split('.')[0]}-{width}-{theme}.png")
                    found += violations(self.browser, f"{name}, {width} pixels, {theme}")
                wide = self.browser.run("return document.documentElement.scrollWidth - innerWidth")
                check(wide <= 0, f"{name} is {wide} pixels wider than {width}")
        self.browser.size(1280, 800)
        check(not found, "\n".join(found))

    def changed(self):
        """A document that is no longer the one of the index is shown as the text that was indexed."""
        path = self.folder / "pages.pdf"
        path.write_bytes(path.read_bytes() + b"\n")
        self.browser.open(self.base + "/")
        self.browser.until("the page", "return document.querySelector('.welcome')")
        self.read("pages.pdf#1")
        self.browser.until(
            "the text and why",
            "return document.querySelector('.views')?.innerText.includes('cannot be shown')"
            " && document.querySelector('.hit').getBoundingClientRect().height > 0",
        )
        why = self.browser.run("return document.querySelector('.views span').title")
        check("has changed since it was indexed" in why, f"the reason is {why}")
        # The browser logs every answer that is an error.
        self.silent = "404"

    silent = None

    def quiet(self, step):
        for message in self.browser.messages():
            expected = self.silent and self.silent in message["message"]
            check(expected or message["level"] != "SEVERE", f"after {step}: {message}")


def main():
    if sys.argv[1] == "make":
        return make(sys.argv[2])
    base, folder, axe, shots = sys.argv[1:]
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        try:
            browser.size(1280, 800)
            browser.open(base + "/")
            browser.run("localStorage.setItem('lang', 'en'); localStorage.setItem('theme', 'light')")
            test = Test(browser, base, folder, Path(axe).read_text(), shots)
            for step in ("start", "marked", "switch", "long", "letters", "views", "changed"):
                started = time.monotonic()
                getattr(test, step)()
                test.quiet(step)
                print(f"documents, {step}: {time.monotonic() - started:.1f} s", flush=True)
        finally:
            browser.close()
    return None


main()
