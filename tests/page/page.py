"""Uses the page of `tane serve` as a reader does, in a real browser.

page.py ADDRESS ADDRESS_WITH_TOKEN AXE SHOTS: the second server needs the token `sesame`; AXE is the source of axe-core;
SHOTS is a folder for screenshots. The index holds the seeds and the articles of hostile.py. Only the standard library is needed.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import parts
from checks import QUESTION, TITLE, check, equal, violations
from driver import Browser
from pictures import Pictures

CITED = "タロック氏はこれを断った"
BEST = "タロック氏はこれを断った。"
SEED = "seeds/001_89299e0010fc7634.txt"
HOSTILE = ["script.txt", "image.md", "direction.txt", "word.txt", '"><img src=x onerror="hacked=1">.txt']

#: Whether the first marked passage is in sight, and nothing lies over it.
IN_SIGHT = """
  const box = document.querySelector('.hit').getClientRects()[0];
  const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.top >= 0 && box.bottom <= innerHeight && Boolean(there?.closest('.hit'))"""
#: Elements that only the text of an article could have made, and what scripts in it would leave.
FOREIGN = """
  const foreign = 'img, iframe, object, embed, svg, style, main script, [onerror], a[href^="javascript:" i]';
  const found = [...document.querySelectorAll(foreign)];
  return [typeof hacked, ...found.map((node) => node.outerHTML.slice(0, 200))]"""


class Test(Pictures):
    def __init__(self, browser, base, axe, shots):
        self.browser, self.base, self.axe, self.shots = browser, base, axe, shots
        self.silent = set()

    def go(self, address, what, script, *arguments):
        """Opens a view and waits until it shows something."""
        self.browser.run("location.hash = arguments[0]", address)
        return self.browser.until(what, script, *arguments)

    def texts(self, selector):
        return self.browser.run(
            "return [...document.querySelectorAll(arguments[0])].map((node) => node.innerText)", selector
        )

    def read(self, name):
        return f"#/read?q={quote(QUESTION)}&id={quote(name, safe='')}"

    def ask(self):
        self.browser.open(self.base + "/")
        self.browser.until(
            "the first page", "return document.querySelector('main h1')?.innerText.includes('Ask a question')"
        )
        equal(self.browser.run("return document.activeElement.id"), "q", "on the first page the focus is on")
        self.browser.type("#q", QUESTION)
        self.browser.press("Enter")
        self.browser.until("answers", "return document.querySelectorAll('.answer').length > 1")
        first = self.texts(".answer")[0]
        for part in (TITLE, CITED, f"{SEED}:7", "vietnamnet.vn", "\n9"):
            check(part in first, f"{part!r} is not in the first answer:\n{first}")
        best = "".join(self.texts(".answers li:first-child mark.best"))
        check(BEST in best, f"the best sentence is {best!r}")
        check(
            "ザッカーバーグ氏" in self.texts("li:first-child .met"),
            f"the words that met: {self.texts('li:first-child .met')}",
        )
        check("answers" in self.texts("#live")[0], "the number of answers is not said")
        check("q=" in self.browser.address(), "the address does not hold the question")

    def explain(self):
        self.browser.click(".why summary")
        said = self.browser.until("reasons", "return document.querySelector('.why .key')?.innerText")
        for part in ("meaning", "keywords", "word by word", "%"):
            check(part in said, f"{part!r} is not among the reasons: {said}")
        met = self.texts(".why .met-words li")
        check(any("ザッカーバーグ氏" in pair for pair in met), f"the words that met come in parts: {met}")
        order = self.browser.run("return [...document.querySelector('.why').children].map((node) => node.className)")
        check(order.index("met-words") < order.index("stack") < order.index("numbers"), f"the reasons come as {order}")
        self.browser.click(".why .numbers summary")
        said = self.texts(".why .numbers .key")[0]
        for part in ("meaning +0.", "keywords +0.", "word by word +0."):
            check(part in said, f"{part!r} is not among the numbers: {said}")
        check("1000000000" in self.texts(".terms")[0], "the terms of the question are not listed")

    def filter(self):
        self.browser.click(".filters summary")
        self.browser.type("#f-source", "znews")
        self.browser.press("Enter")
        self.browser.until(
            "answers of one source",
            "return document.querySelector('.badge')?.innerText === '1' && document.querySelector('.answer')",
        )
        check(all("znews.vn" in text for text in self.texts(".answer .facts")), "the filter lets other sources through")
        self.browser.run("history.back()")
        self.browser.until(
            "all answers again", "return document.querySelector('.answer')?.innerText.includes('vietnamnet.vn')"
        )
        self.go(
            f"#/?q={quote(QUESTION)}&since=2999-01-01",
            "nothing",
            "return document.querySelector('.notice')?.innerText.includes('2999')",
        )

    def read_source(self):
        self.go(f"#/?q={quote(QUESTION)}", "answers", "return document.querySelector('.answer')")
        self.browser.click(".answer h2 a")
        self.browser.until(
            "the article", "return document.querySelector('.stuck h1')?.innerText === arguments[0]", TITLE
        )
        self.browser.until("the marked passage in sight", IN_SIGHT)
        marked = "".join(self.texts(".text .hit"))
        check(
            marked.startswith("ザッカーバーグ氏は、ボーナスや") and CITED in marked,
            f"another passage is marked: {marked}",
        )
        check(BEST in "".join(self.texts(".text .hit.best")), "the best sentence is not marked in the article")
        check(self.texts(".text .pale"), "the other answers of the article are not marked")
        whole = self.browser.run("return document.querySelector('.text').textContent")
        check("Meta CEO マーク" in whole and "3lbl71ki.png" in whole, "the article is not whole")

        far = "return document.querySelector('.hit')?.innerText.length > 0 && scrollY > 500"
        self.go(self.read(f"{SEED}#18"), "the last passage", far)
        self.browser.until("the last passage in sight", IN_SIGHT)
        self.browser.run("history.back()")
        self.browser.until("the first passage again", f"if (scrollY > 500) return false; {IN_SIGHT}")

    def cite(self):
        self.browser.call("POST", "/permissions", {"descriptor": {"name": "clipboard-read"}, "state": "granted"})
        self.browser.click(".stuck .cite summary")
        copied = []
        for number in (1, 2, 3):
            self.browser.click(f".stuck .cite button:nth-child({number})")
            self.browser.until(
                "the copy",
                "return document.querySelectorAll('.stuck .cite button')[arguments[0]].innerText === 'Copied'",
                number - 1,
            )
            copied.append(
                self.browser.run_async(
                    "navigator.clipboard.readText().then(arguments[0], (e) => arguments[0](String(e)))"
                )
            )
        plain, markdown, bibtex = copied
        check(
            CITED in plain and f", {SEED}:7" in plain and "https://vietnamnet.vn/" in plain,
            f"plain: {plain}",
        )
        check(markdown.startswith("> ") and f"[{TITLE}](<https://vietnamnet.vn/" in markdown, f"Markdown: {markdown}")
        check(bibtex.startswith("@online{tane-3acb977101ca-") and f"{{{{{TITLE}}}}}" in bibtex, f"BibTeX: {bibtex}")
        self.browser.press("Escape")

    def follow(self):
        pair = self.browser.until("similar articles", "return document.querySelector('.alike .pairs a')?.innerText")
        self.browser.click(".alike .pairs a")
        self.browser.until(
            "two articles",
            "return document.querySelectorAll('.pane .hit').length > 1 && document.querySelectorAll('.pane').length === 2",
        )
        marked = self.texts(".pane:last-child .hit")[0]
        check(marked[:12] in pair.replace("\n", ""), f"the pair {pair!r} leads to {marked!r}")
        for box in self.browser.run(
            "return [...document.querySelectorAll('.pane .hit:first-of-type')].map((n) => n.getBoundingClientRect().top)"
        ):
            check(0 < box < 800, f"a passage of the pair is out of sight: {box}")
        self.browser.run("history.back()")
        self.browser.until("the article again", "return document.querySelector('.alike > li > a')")
        other = self.texts(".alike > li > a")[0]
        self.browser.click(".alike > li > a")
        self.browser.until(
            "the similar article", "return document.querySelector('.stuck h1')?.innerText === arguments[0]", other
        )
        check(other != TITLE and "ザッカーバーグ" in other, f"the most similar article is {other!r}")

    def list(self):
        self.go("#/articles", "the list", "return document.querySelectorAll('.list tbody tr').length === 10")
        check(TITLE in self.texts(".list td.title a"), "a seed is missing in the list")
        self.browser.click(".list th.title button")
        check("Date" in self.texts(".list thead")[0], "the dates have no column")
        titles = self.browser.until(
            "the order of titles",
            "return document.querySelector('th.title')?.ariaSort === 'ascending'"
            " && [...document.querySelectorAll('td.title a:first-child')].map((a) => a.innerText)",
        )
        ordered = self.browser.run(
            "return [...arguments[0]].sort(new Intl.Collator('en', {numeric: true}).compare)", titles
        )
        equal(titles, ordered, "titles in order")
        self.browser.type(".list-filters [name=find]", "10 億ドル")
        self.browser.until("one article", "return document.querySelectorAll('.list tbody tr').length === 1")
        check("find=" in self.browser.address(), "the address does not hold the filter")
        self.browser.open(self.base + "/?dateless")
        self.browser.until("the first page", "return document.querySelector('.welcome')")
        self.browser.run("""
          const asked = window.fetch;
          const dateless = (json) => ({...json, articles: json.articles.map((one) => ({...one, published: null}))});
          window.fetch = async (address, options) => {
            const answer = await asked(address, options);
            return address.includes('articles?') ? new Response(JSON.stringify(dateless(await answer.json()))) : answer;
          }""")
        self.go("#/articles", "the list", "return document.querySelectorAll('.list tbody tr').length === 10")
        check("Date" not in self.texts(".list thead")[0], "dates that nobody has have a column")
        self.browser.open(self.base + "/")

    def keys(self):
        """A round by the keyboard alone."""
        self.browser.open(self.base + "/#/articles")
        self.browser.until("the list", "return document.querySelector('.list tbody tr')")
        self.browser.press("/")
        equal(self.browser.run("return document.activeElement.id"), "q", "`/` moves to")
        self.browser.press(QUESTION, "Enter")
        self.browser.until("answers", "return document.querySelector('.answer')")
        self.browser.press("Down", "Down", "Up")
        equal(self.browser.run("return document.activeElement.innerText"), TITLE, "arrows move to")
        equal(
            self.browser.run("return getComputedStyle(document.activeElement).outlineStyle"),
            "solid",
            "the focus is seen as",
        )
        self.browser.press("Enter")
        self.browser.until(
            "the marked passage in sight", f"if (!document.querySelector('.hit')) return false; {IN_SIGHT}"
        )
        for _ in range(20):
            self.browser.press("Tab")
            if self.browser.run("return document.activeElement.closest('.cite') !== null"):
                break
        self.browser.press("Enter", "Tab", "Enter")
        self.browser.until("a copied citation", "return document.activeElement.innerText === 'Copied'")
        self.browser.press("Escape", "Escape")
        self.browser.until("the answers again", "return document.querySelector('.answer')")
        self.browser.until("the focus where it was", "return document.activeElement.innerText === arguments[0]", TITLE)

    def switches(self):
        self.browser.click("#lang")
        self.browser.until(
            "Japanese",
            "return document.documentElement.lang === 'ja' && document.querySelector('nav a').innerText === '検索'",
        )
        before = self.browser.run("return getComputedStyle(document.body).backgroundColor")
        self.browser.click("#theme")
        check(
            self.browser.run("return getComputedStyle(document.body).backgroundColor") != before,
            "the theme does not change",
        )
        self.browser.call("POST", "/refresh")
        self.browser.until("Japanese again", "return document.querySelector('nav a')?.innerText === '検索'")
        check(self.browser.run("return document.documentElement.dataset.theme"), "the theme is forgotten")
        self.browser.click("#lang")
        self.browser.click("#theme")
        self.browser.until("English again", "return document.querySelector('nav a')?.innerText === 'Search'")

    def hostile(self):
        """No text of an article becomes more than text."""
        self.browser.open(self.base + "/")
        self.browser.size(360, 740)
        views = [self.read(f"hostile/{name}") for name in HOSTILE]
        views += ["#/?q=" + quote("hostile img onerror script alert"), "#/articles", "#/map", "#/matrix"]
        for view in views:
            ready = "return document.querySelector('main').innerText.length > 40 && !document.querySelector('main').ariaBusy"
            self.go(view, view, ready)
            time.sleep(0.2)
            equal(self.browser.dialog(), None, f"dialog at {view}")
            equal(self.browser.run(FOREIGN), ["undefined"], f"made from text at {view}")
            wide = self.browser.run("return document.documentElement.scrollWidth - innerWidth")
            check(wide <= 0, f"{view} is {wide} pixels too wide")
        self.go(
            self.read("hostile/script.txt"),
            "the script as text",
            "return document.querySelector('.text')?.innerText.includes('<script>hacked=1</script>')",
        )
        # Its file lies outside the folder of the server, so its path is absolute; the page shows what is below the root.
        path = self.browser.run("const path = document.querySelector('.reading .path'); return [path.innerText, path.title]")
        equal(path[0], "hostile/script.txt", "the path of an article")
        check(path[1].startswith("/") and path[1].endswith("/hostile/script.txt"), f"the whole path is {path[1]!r}")
        outside = "import('/page/dom.js').then((m) => arguments[0](m.external('javascript:hacked=1', 'x').outerHTML))"
        check("href" not in self.browser.run_async(outside), "a javascript: address becomes a link")
        self.browser.size(1280, 800)
        # A mark that turns the direction, and is never closed, would draw what follows the title to its left.
        beside = """
          const item = [...document.querySelectorAll('.alike > li')].find((li) => li.innerText.includes('direction'));
          if (!item) return false;
          const box = (selector) => item.querySelector(selector).getBoundingClientRect();
          const [title, score] = [box('a'), box('.score')];
          return [score.left >= title.right || score.top >= title.bottom]"""
        right = self.go("#/read?id=hostile%2Fscript.txt", "the similar article with direction marks", beside)
        equal(right, [True], "the score stands behind the title")

    def token(self, base):
        self.browser.open(base + "/")
        self.browser.until("the form for the token", "return document.querySelector('#token')")
        self.silence(base)
        self.browser.type("#token", "sesame")
        self.browser.press("Enter")
        self.browser.until("the page", "return document.querySelector('.welcome')?.innerText.includes('10 articles')")

    def parts(self):
        parts.citations(self.browser, equal)
        parts.names_on_the_map(self.browser, equal)

    def gone(self):
        self.browser.open(self.base + "/#/articles")
        self.browser.until("the list", "return document.querySelector('.list')")
        conditions = {"offline": True, "latency": 0, "download_throughput": 0, "upload_throughput": 0}
        self.browser.call("POST", "/chromium/network_conditions", {"network_conditions": conditions})
        self.go(
            "#/?q=x", "the notice", "return document.querySelector('.notice')?.innerText.includes('does not answer')"
        )
        self.browser.call("DELETE", "/chromium/network_conditions")
        self.silence("ERR_INTERNET_DISCONNECTED")
        self.browser.click(".notice button")
        self.browser.until(
            "the answers", "return document.querySelector('.answer') || document.querySelector('.notice h2')"
        )

    def views(self):
        """Every view in both themes: axe-core finds nothing serious, and screenshots are kept."""
        read = self.read(f"{SEED}#3")
        views = {
            "welcome": ("#/", ".welcome"),
            "search": (f"#/?q={quote(QUESTION)}", ".answer"),
            "read": (read, ".alike .pairs"),
            "compare": (f"{read}&with={quote('seeds/000_aeedbf9545c623bb.txt#6', safe='')}", ".pane .hit"),
            "articles": ("#/articles", ".list tbody tr"),
            "map": (f"#/map?of=passages&q={quote(QUESTION)}", ".legend button"),
            "matrix": ("#/matrix", ".scale"),
        }
        self.browser.open(self.base + "/")
        self.browser.run(self.axe + "\n;window.axe = axe")
        found = []
        for name, (address, ready) in views.items():
            self.go(address, name, "return document.querySelector(arguments[0])", ready)
            if name == "search":
                self.browser.click(".why summary")
            for width, height in ((1280, 800), (360, 740)):
                self.browser.size(width, height)
                for theme in ("light", "dark"):
                    self.browser.run(
                        "document.documentElement.dataset.theme = arguments[0]; dispatchEvent(new Event('theme'))",
                        theme,
                    )
                    time.sleep(0.25)
                    self.browser.screenshot(self.shots / f"{name}-{width}-{theme}.png")
                    found += violations(self.browser, f"{name}, {width} pixels, {theme}")
                check(
                    self.browser.run("return document.documentElement.scrollWidth <= innerWidth"),
                    f"{name} is wider than {width} pixels",
                )
            self.browser.size(1280, 800)
        check(not found, "\n".join(found))

    def silence(self, part):
        self.silent.add(part)

    def quiet(self, step):
        """The browser has logged no error, so no rule of the Content-Security-Policy was broken either."""
        for message in self.browser.messages():
            expected = any(part in message["message"] for part in self.silent)
            check(expected or message["level"] != "SEVERE", f"after {step}: {json.dumps(message, ensure_ascii=False)}")


def main():
    base, with_token, axe, shots = sys.argv[1:]
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        try:
            browser.size(1280, 800)
            browser.open(base + "/")
            browser.run("localStorage.setItem('lang', 'en'); localStorage.setItem('theme', 'light')")
            test = Test(browser, base, Path(axe).read_text(), Path(shots))
            steps = [
                "ask",
                "explain",
                "filter",
                "read_source",
                "cite",
                "follow",
                "list",
                "map",
                "matrix",
                "keys",
                "parts",
                "views",
                "hostile",
                "switches",
                "gone",
            ]
            for step in steps:
                started = time.monotonic()
                getattr(test, step)()
                test.quiet(step)
                print(f"{step}: {time.monotonic() - started:.1f} s", flush=True)
            test.token(with_token)
            test.quiet("token")
            print("token")
        finally:
            browser.close()


main()
