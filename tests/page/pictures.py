"""The map and the matrix, as a reader uses them."""

from urllib.parse import quote

from checks import QUESTION, TITLE, check, equal

#: How many pixels of the large canvas are not its most common colour.
DRAWN = """
  const canvas = document.querySelector('.stage canvas');
  const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return pixels.filter((pixel) => pixel !== pixels[0]).length"""


class Pictures:
    """Steps of the test. `self` has `browser`, `go` and `texts`."""

    def map(self):
        self.go(f"#/map?of=passages&q={quote(QUESTION)}", "the map", "return document.querySelector('.stage canvas')")
        self.browser.until("points", f"const f = () => {{ {DRAWN} }}; return f() > 100")
        check("answers of the question are ringed" in self.texts(".bar-of-tools")[0], "the answers are not lit up")
        cluster, count = self.texts(".legend button")[0].rsplit("\n", 1)
        self.browser.click(".legend button")
        self.browser.until("the passages of a cluster", "return document.querySelector('.listing li')")
        equal(self.texts(".listing h2")[0], f"{cluster} · {count} passages", "the cluster is listed as")
        self.browser.choose(".bar-of-tools select:nth-of-type(2)", "folder")
        self.browser.until("folders", "return document.querySelector('.legend')?.innerText.includes('seeds')")
        folder, count = self.texts(".legend button")[0].rsplit("\n", 1)
        self.browser.click(".legend button")
        listed = "return document.querySelector('.listing h2').innerText === arguments[0]"
        self.browser.until("the passages of a folder", listed, f"{folder} · {count} passages")
        self.browser.click("[aria-label='Draw a rectangle']")
        half = self.browser.run(
            "const canvas = document.querySelector('.stage canvas');"
            "return [canvas.clientWidth / 2 - 2, canvas.clientHeight / 2 - 2].map(Math.floor)"
        )
        self.browser.pointer(".stage canvas", (-half[0], -half[1]), "down", (0, 0), (half[0], half[1]), "up")
        self.browser.until("the points of the rectangle", "return document.querySelectorAll('.listing li').length > 20")
        check(any(TITLE in text for text in self.texts(".listing li")), "the rectangle does not list the seed")
        self.browser.click(".as-table summary")
        self.browser.click(".as-table button")
        check(self.texts(".listing li"), "the table lists nothing")
        self.go("#/map", "the map of articles", "return document.querySelector('.bar-of-tools')?.innerText.includes('10 articles')")

    def matrix(self):
        self.go(
            "#/matrix",
            "the matrix",
            "return document.querySelector('.stage canvas') && document.querySelector('.scale')",
        )
        self.browser.until("cells", f"const f = () => {{ {DRAWN} }}; return f() > 1000")
        self.browser.pointer(".stage canvas", (150, -30), "down", "up")
        self.browser.until(
            "pairs of passages",
            "return document.querySelector('.pair .score') && document.querySelector('.canvas-and-side .pairs a')",
        )
        self.browser.run("document.querySelector('.stage canvas').focus()")
        before = self.texts(".pair")[0]
        self.browser.press("Left", "Down")
        check(self.texts(".pair")[0] != before, "arrow keys do not move over the cells")
        self.browser.press("Enter")
        self.browser.until("pairs by key", "return document.querySelector('.canvas-and-side .pairs a')")
        alike = self.texts(".alike-pairs button")
        equal(len(alike), 45, "pairs of 10 articles")
        scores = [float(text.split("\n")[0]) for text in alike]
        equal(scores, sorted(scores, reverse=True), "the most alike pairs come first")
        self.browser.click(".alike-pairs button")
        chosen = "\n".join(self.texts(".pair p")[:2])
        check(chosen in alike[0], f"the pair {alike[0]!r} chooses {chosen!r}")
        names = "return [...document.querySelectorAll('.legend .quoted')].map((n) => n.innerText)"
        here = self.browser.run(names)
        self.go("#/map", "the clusters of the map", "return document.querySelector('.stage') && document.querySelector('.legend button')")
        equal(sorted(here), sorted(self.browser.run(names)), "map and matrix have the clusters")
