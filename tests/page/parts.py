"""Tries single modules of the page in the browser: what they make of hostile texts, and where names stand on the map."""

ARTICLE = {
    "id": "notes/a_b`c.md",
    "path": "/home/me/notes/a_b`c.md",
    "title": r"100 % {of} C:\temp & #1 ~ $x^2_i$ <b> | `code` *bold* [link](x) ![i]",
    "author": "Black and White, Inc. {\\",
    "published": "2024-01-02",
    "source_url": "https://example.com/a{b}?q=\\{x}&copy;=%20<i>`^",
    "lang": "en",
    "row": None,
    "sha256": "0123456789abcdef",
}
PASSAGE = {"id": "notes/a_b`c.md#3-4", "start_line": 7, "end_line": 9, "text": "1. First\n- second_ *x* & <i>&amp;</i>}"}

BIBTEX = r"""@online{tane-0123456789ab-3-4,
  title = {{100 \% \textbraceleft{}of\textbraceright{} C:\textbackslash{}temp \& \#1 \textasciitilde{} \$x\textasciicircum{}2\_i\$ \textless{}b\textgreater{} \textbar{} `code` *bold* [link](x) ![i]}},
  author = {{Black and White, Inc. \textbraceleft{}\textbackslash{}}},
  date = {2024-01-02},
  url = {https://example.com/a%7Bb%7D?q=%5C%7Bx%7D&copy;=%20%3Ci%3E%60%5E},
  langid = {en},
  note = {notes/a\_b`c.md:7-9},
}"""
MARKDOWN = (
    r"> 1\. First - second\_ \*x\* \& \<i\>\&amp;\</i\>\}"
    "\n>\n> — "
    r"[100 % \{of\} C:\\temp \& \#1 \~ \$x\^2\_i\$ \<b\> \| \`code\` \*bold\* \[link\](x) \!\[i\]]"
    r"(<https://example.com/a%7Bb%7D?q=%5C%7Bx%7D\&copy;=%20%3Ci%3E%60%5E>), "
    "Black and White, Inc. \\{\\\\, 2024-01-02, `` notes/a_b`c.md:7-9 ``"
)
PLAIN = (
    "「1. First - second_ *x* & <i>&amp;</i>}」 Black and White, Inc. {\\, " + ARTICLE["title"] + ", 2024-01-02, "
    "https://example.com/a%7Bb%7D?q=\\{x}&copy;=%20%3Ci%3E`^, notes/a_b`c.md:7-9"
)

CITED = """
  const [article, passage, done] = arguments;
  import('/page/cite.js').then((m) => done([m.plainText, m.markdown, m.bibtex].map((f) => f(article, passage))))"""

#: Three clusters side by side, a fourth in the place of the first, and a cluster that fills the window.
PLACED = """
  const done = arguments[0];
  Promise.all([import('/page/labels.js'), import('/page/points.js')]).then(([{ placed }, { Points }]) => {
    const [x, y] = [[], []];
    for (const left of [-0.8, 0, 0.8]) for (let i = 0; i < 100; i += 1) {
      x.push(left + 0.02 * (i % 10)); y.push(0.02 * Math.floor(i / 10));
    }
    const points = new Points(Float32Array.from(x), Float32Array.from(y));
    const pane = { box: points.box, width: 800, height: 400, scale: 400, fit: 400 };
    const wish = (left) => ({ x: left + 0.09, y: 0.09, size: 100, width: 90, height: 14 });
    const wishes = [-0.8, 0, 0.8, -0.8].map(wish);
    const places = placed(wishes, points, pane);
    const boxes = places.map((place, i) => place && {
      left: wishes[i].x + (place.dx - 45) / 400, right: wishes[i].x + (place.dx + 45) / 400,
      top: wishes[i].y + (place.dy - 7) / 400, bottom: wishes[i].y + (place.dy + 7) / 400,
    });
    const found = boxes.filter(Boolean);
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const none = placed([{ ...wish(0), width: 2000 }], points, pane)[0];
    done({
      placed: found.length,
      covered: found.map((box) => points.countIn(box)),
      meeting: found.some((a, i) => found.slice(i + 1).some((b) => meet(a, b))),
      none,
    });
  })"""


def citations(browser, equal):
    """What BibTeX and Markdown would read as their own marks is escaped."""
    plain, markdown, bibtex = browser.run_async(CITED, ARTICLE, PASSAGE)
    equal(plain, PLAIN, "the plain citation")
    equal(markdown, MARKDOWN, "the citation in Markdown")
    equal(bibtex, BIBTEX, "the citation in BibTeX")
    for ends, where in [(None, "page 3"), ("page 4", "pages 3-4")]:
        on_page = {**PASSAGE, "locator": "page 3", "end_locator": ends}
        plain, markdown, bibtex = browser.run_async(CITED, ARTICLE, on_page)
        equal(plain, f"{PLAIN}, {where}", "the plain citation of a page")
        equal(markdown, f"{MARKDOWN}, {where}", "the citation of a page in Markdown")
        equal(f"b`c.md:7-9, {where}}}" in bibtex, True, "the citation of a page in BibTeX")
    row = {**ARTICLE, "row": "12", "source_url": None, "author": None}
    bibtex = browser.run_async(CITED, row, PASSAGE)[2]
    equal(bibtex.split(",")[0], "@misc{tane-0123456789ab-12-3-4", "the key of an article of a file")


def names_on_the_map(browser, equal):
    """Names lie on no other name and beside their points; one without room has no place."""
    found = browser.run_async(PLACED)
    equal(found, {"placed": 4, "covered": [0, 0, 0, 0], "meeting": False, "none": None}, "names on the map")
