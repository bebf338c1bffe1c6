//! Nothing that stands in a file is lost without a word, whatever its form.

use std::path::Path;

use proptest::prelude::*;

use super::{TokenCount, passages};
use crate::corpus::{Article, ReadOptions};

struct Chars;

impl TokenCount for Chars {
    fn count(&self, text: &str) -> usize {
        text.chars().count()
    }
}

/// The first stretch of an article's text with letters or digits that is in no sentence, heading or repeated text of
/// a passage, nor listed as left out.
pub fn unaccounted(article: &Article) -> Option<&str> {
    let mut covered: Vec<(usize, usize)> = Vec::new();
    for passage in passages(article, &Chars) {
        let read = passage.headings.iter().chain(&passage.sentences);
        covered.extend(read.chain(&passage.repeated).map(|s| (s.start, s.end)));
    }
    let omitted = article.omitted.iter();
    covered.extend(omitted.map(|o| (o.span.start, o.span.end)));
    covered.push((article.text.len(), article.text.len()));
    covered.sort_unstable();
    let mut at = 0;
    for (start, end) in covered {
        let gap = article.text.get(at..start).unwrap_or_default();
        if gap.contains(char::is_alphanumeric) {
            return Some(gap);
        }
        at = at.max(end);
    }
    None
}

/// Pieces that forms of text are told by, and words.
const PIECES: [&str; 72] = [
    "word",
    "十月",
    "Straße 7",
    "二つ目の文。",
    "1.5",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "# ",
    "## ",
    "- ",
    "1. ",
    "17. ",
    "| a | b |\n|---|---|\n| c | d |\n",
    "|",
    "```\n",
    "```rust\n",
    "~~~",
    "`",
    "*",
    "**",
    "_",
    "[x]",
    "[x](http://e.x/y)",
    "[^1]",
    "[^1]: note\n",
    "[ref]: http://e.x\n",
    "![alt](a.png)",
    "![a](data:image/png;base64,AAAA)",
    "<div>",
    "</div>",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<br>",
    "<!-- no -->",
    "<script>x()</script>",
    "<style>y</style>",
    "<table><tr><th>A<th>B</tr><tr><td>1<td>2</tr></table>",
    "<details><summary>Q</summary>A</details>",
    "<img alt=z>",
    "<h2>",
    "</h2>",
    "<dl><dt>T<dd>M</dl>",
    "---\n",
    "+++\n",
    "title: T: x\n",
    "date: 2024-05-03\n",
    "《かな》",
    "漢字《かんじ》",
    "｜",
    "［＃傍点］",
    "----------------------------------------------------------\n",
    "【テキスト中に現れる記号について】\n",
    "\"",
    "\"\"",
    ",",
    ";",
    "a,b,c\n",
    "1,2,3\n",
    "{\"text\": \"x\"}\n",
    "{",
    "}",
    "[",
    "]",
    ":",
    "\\u3042",
    "\u{301}",
];

const NAMES: [&str; 10] = [
    "a.txt", "a.md", "a.mdx", "a.html", "a.csv", "a.tsv", "a.jsonl", "a.json", "a.ipynb", "a",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn nothing_vanishes(
        name in 0..NAMES.len(),
        pieces in proptest::collection::vec(
            prop_oneof![8 => (0..PIECES.len()).prop_map(|at| PIECES[at].to_owned()), 1 => "\\PC{0,12}"], 0..40)
    ) {
        let text = pieces.concat();
        let path = Path::new(NAMES[name]);
        let read = Article::from_bytes(text.clone().into_bytes(), path, &ReadOptions::default());
        for article in read.unwrap_or_default() {
            let lost = unaccounted(&article);
            prop_assert!(lost.is_none(), "{:?} of {:?} read as {}", lost, text, article.format);
        }
    }
}
