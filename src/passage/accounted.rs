//! Nothing of a text vanishes: whatever readers make of it, every letter and every figure of it is in a passage, read
//! once more before one, or listed as left out.

mod mail;
mod sections;

use proptest::prelude::*;

use super::{TokenCount, passages};
use crate::corpus::{Article, Omission, ReadOptions, TextSource};

struct Chars;

impl TokenCount for Chars {
    fn count(&self, text: &str) -> usize {
        text.chars().count()
    }
}

fn articles(name: &str, text: &str) -> Vec<Article> {
    let path = std::path::Path::new(name);
    Article::from_bytes(text.as_bytes().to_vec(), path, &ReadOptions::default()).unwrap_or_default()
}

/// The letters and figures of an article that are nowhere.
fn lost(article: &Article) -> String {
    let text = &article.text;
    let mut known = vec![false; text.len()];
    let mut know = |span: &std::ops::Range<usize>| known[span.clone()].fill(true);
    for passage in passages(article, &Chars) {
        passage
            .headings
            .iter()
            .chain(&passage.sentences)
            .for_each(&mut know);
        passage.repeated.iter().for_each(&mut know);
        passage.readable(text);
    }
    article
        .omitted
        .iter()
        .for_each(|omitted| know(&omitted.span));
    let unknown = text.char_indices().filter(|(at, _)| !known[*at]);
    unknown
        .map(|(_, c)| c)
        .filter(|c| c.is_alphanumeric())
        .collect()
}

fn check(article: &Article) -> Result<(), TestCaseError> {
    let mut last = 0;
    for block in &article.blocks {
        prop_assert!(last <= block.span.start && block.span.start < block.span.end);
        last = block.span.end;
    }
    let mut last = 0;
    for omitted in &article.omitted {
        prop_assert!(
            last <= omitted.span.start && omitted.span.start < omitted.span.end,
            "{:?}",
            article.omitted
        );
        last = omitted.span.end;
    }
    prop_assert_eq!(lost(article), "");
    Ok(())
}

fn letters(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.sort_unstable();
    letters
}

/// Small documents, each with its bytes.
fn documents() -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/documents");
    let files = std::fs::read_dir(folder).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let mut found: Vec<_> = paths
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// The forms of documents.
const FORMS: [&str; 12] = [
    "PDF", "DOCX", "PPTX", "XLSX", "XLSB", "XLS", "ODT", "ODP", "ODS", "FODT", "FODP", "FODS",
];

fn check_document(name: &str, bytes: Vec<u8>) -> Result<usize, TestCaseError> {
    let options = ReadOptions::default();
    let articles = Article::from_bytes(bytes, std::path::Path::new(name), &options);
    let articles = articles.unwrap_or_default();
    for article in &articles {
        check(article)?;
        // Without its mark it is a text.
        if !FORMS.contains(&article.format) {
            continue;
        }
        // What the reader gives is read, or it left it out itself: nothing is found as a gap.
        let gap = |omitted: &crate::corpus::Omitted| omitted.reason == Omission::Markup;
        prop_assert!(!article.omitted.iter().any(gap), "{name}");
        prop_assert!(article.locators.is_sorted_by(|a, b| a.0 < b.0));
        let placed = article.format != "PDF" || article.locators[0].0 == 0;
        prop_assert!(article.blocks.is_empty() || placed);
    }
    Ok(articles.len())
}

#[test]
fn documents_lose_nothing() {
    let all = documents();
    let read = all
        .iter()
        .map(|(name, bytes)| check_document(name, bytes.clone()).unwrap());
    // A locked one and a picture have no text.
    assert_eq!(read.sum::<usize>(), all.len() - 2);
}

/// What is put into parts of documents.
const FRAGMENTS_OF_XML: [&str; 20] = [
    "",
    "text",
    "<w:p>",
    "</w:p>",
    "<w:t>more</w:t>",
    "<w:r><w:t>run</w:t></w:r>",
    "<w:p><w:r><w:t>一つの文。</w:t></w:r></w:p>",
    "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
    "<w:del/>",
    "<w:vanish/>",
    "<a:p><a:r><a:t>shape</a:t></a:r></a:p>",
    "<a:tbl>",
    "<text:p>paragraph</text:p>",
    "<text:list>",
    "<text:note><text:note-body>",
    "<table:table-row><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>",
    "<c r='B7'><v>7</v></c>",
    "&amp;&x;",
    "<![CDATA[<data>]]>",
    "<!-- c -->",
];

/// The files in an archive.
fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let read = |at| {
        let mut file = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut content).unwrap();
        (file.name().unwrap().into_owned(), content)
    };
    (0..count).map(read).collect()
}

fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in parts {
        writer.start_file(name.as_str(), options).unwrap();
        std::io::Write::write_all(&mut writer, content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What Markdown, HTML, MDX, notes and clutter are made of, whole and torn.
const FRAGMENTS: [&str; 108] = [
    "word",
    "One sentence here. ",
    "日本語の文です。",
    "3. Mai 2024 ",
    "1. ",
    "2) ",
    "17. Juni\n",
    "- ",
    "* ",
    "・",
    "> ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\u{c}",
    "\u{2028}",
    "# ",
    "## Title\n",
    "Title\n===\n",
    "Title\n---\n",
    "---\n",
    "+++\n",
    "***\n",
    "title: x: y\n",
    "date: 2024-01-02\n",
    "{\"title\": \"x\"}\n",
    "```",
    "```rust\n",
    "~~~\n",
    "`code`",
    "`",
    "**bold**",
    "*",
    "_",
    "~~gone~~",
    "[link](https://example.org/a)",
    "[link][ref]",
    "[ref]: https://example.org/b \"Title\"\n",
    "[^1]",
    "[^1]: A note.\n",
    "![alt](a.png)",
    "![](a.png) |\n",
    "![x](data:image/png;base64,iVBORw0KGgoAAAANSUhEUg)",
    "data:image/png;base64,iVBORw0KGgo=",
    "url(data:image/gif;base64,R0lGODlh)",
    "| a | b |\n",
    "| - | - |\n",
    "| 1 | 2 |\n",
    "|",
    "\\|",
    "<p>",
    "</p>",
    "<div>",
    "</div>\n",
    "<br>",
    "<br/>",
    "<b>",
    "</b>",
    "<h1 align=\"center\">",
    "</h1>",
    "<h2>",
    "</h2>",
    "<details>\n",
    "<summary>",
    "</summary>",
    "</details>\n",
    "<table>",
    "</table>\n",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<th>",
    "</th>",
    "<thead>",
    "</thead>",
    "<dl>",
    "<dt>",
    "<dd>",
    "</dl>",
    "<ul><li>",
    "</li>",
    "<pre>",
    "</pre>",
    "<script>",
    "</script>\n",
    "<style>p {}</style>",
    "<!-- note -->",
    "<!-- ",
    "-->",
    "<svg><text>x</text></svg>",
    "<img src=\"a.png\" alt=\"x\">",
    "<ruby>漢<rt>かん</rt></ruby>",
    "<Note>\n",
    "</Note>\n",
    "<Tabs a={{b: 1}} title=\"Shown\">",
    "{/* note */}",
    "{/*",
    "import A from 'a'\n",
    "export const a = {\n",
    "&amp; ",
    "<https://example.org/c>",
    "コメント (0)\n",
    "出典: https://example.com/a\n",
    "写真:通信社。\n",
];

fn pieces() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        12 => (0..FRAGMENTS.len()).prop_map(|at| FRAGMENTS[at].to_owned()),
        1 => "[ -~]{0,12}",
        1 => "\\PC{0,6}",
    ];
    prop::collection::vec(fragment, 0..40).prop_map(|all| all.concat())
}

/// What Aozora Bunko's texts are made of, and what only looks like it.
const AOZORA: [&str; 21] = [
    "漢字",
    "かな",
    "《かんじ》",
    "《重要》",
    "《",
    "》",
    "｜",
    "｜古い水車《すいしゃ》",
    "［＃「下で」に傍点］",
    "［＃ここから２字下げ］",
    "［＃",
    "］",
    "※［＃「木＋吉」、第3水準1-14-2］",
    "《も》",
    "\n",
    "\r\n",
    "\n\n",
    "------------------------------\n",
    "【テキスト中に現れる記号について】\n",
    "《》：ルビ\n",
    "底本：「全集」",
];

/// What tables, JSON and web pages are made of, whole and torn.
const ROWS: [&str; 22] = [
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "a,b,c\n",
    "1,2,3\n",
    "{\"text\": \"x\"}\n",
    "{\"a\": [{\"b\": \"c d\"}]}",
    "{",
    "}",
    "[",
    "]",
    ":",
    "null",
    "\\u3042",
    "<html><body>",
    "<form><label>Label</label><input value=v></form>",
    "<nav>Menu</nav>",
    "<p hidden>Folded</p>",
    "<rss version=\"2.0\"><channel><item><title>T</title></item></channel></rss>",
    "\u{301}",
];

const NAMES: [&str; 8] = [
    "a.html", "a.csv", "a.tsv", "a.jsonl", "a.json", "a.ipynb", "a.xml", "a",
];

#[test]
fn what_is_tested_here_is_fuzzed_too() {
    let target = include_str!("../../fuzz/fuzz_targets/formats.rs");
    for name in NAMES {
        assert!(target.contains(&format!("{name:?}")), "{name}");
    }
}

proptest! {
    #[test]
    fn no_form_loses_what_it_extracts(
        name in 0..NAMES.len(),
        parts in prop::collection::vec((pieces(), 0..ROWS.len()), 0..6)
    ) {
        let text: String = parts.iter().map(|(piece, row)| format!("{}{piece}", ROWS[*row])).collect();
        for article in articles(NAMES[name], &text) {
            prop_assert_eq!(lost(&article), "", "{:?} read as {}", text, article.format);
        }
    }

    #[test]
    fn plain_text_and_markdown_lose_nothing(text in pieces()) {
        for name in ["a.txt", "a.md", "a.mdx", "a"] {
            for article in articles(name, &text) {
                check(&article)?;
                if article.text_source == TextSource::File {
                    prop_assert_eq!(&article.text, &text);
                }
            }
        }
    }

    #[test]
    fn a_table_and_what_stands_in_it_lose_nothing(cells in prop::collection::vec("[a-c ]{0,8}|[a-z ]{80,200}|<br>x|`a`|!\\[a\\]\\(data:image/png;base64,AAAA\\)", 2..24)) {
        let rows: Vec<String> = cells.chunks(4).map(|row| format!("| {} |", row.join(" | "))).collect();
        let markdown = format!("| A | B | C | D |\n| - | - | - | - |\n{}\n", rows.join("\n"));
        let cells = |row: &[String]| format!("<tr><td>{}</td></tr>\n", row.join("</td><td>"));
        let rows: String = cells_of(&cells, &markdown);
        for text in [markdown, rows] {
            for article in articles("a.md", &text) {
                check(&article)?;
            }
        }
    }

    #[test]
    fn notebooks_lose_nothing(cells in prop::collection::vec((0..3usize, pieces()), 0..5)) {
        let kinds = ["markdown", "code", "raw"];
        let all: Vec<serde_json::Value> = cells
            .iter()
            .map(|(kind, source)| serde_json::json!({
                "cell_type": kinds[*kind], "source": source, "outputs": [{"text": ["printed ", "words"]}]
            }))
            .collect();
        let text = serde_json::json!({"cells": all, "nbformat": 4}).to_string();
        for article in articles("a.ipynb", &text) {
            check(&article)?;
            let sources: String = cells.iter().map(|(_, source)| source.as_str()).collect();
            let all = letters(&format!("{sources}{}", "printed words".repeat(cells.len())));
            prop_assert_eq!(letters(&article.text), all);
        }
    }

    #[test]
    fn damaged_documents_lose_nothing(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)
    ) {
        let all = documents();
        let (name, mut bytes) = all[which.index(all.len())].clone();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check_document(&name, bytes)?;
    }

    #[test]
    fn documents_with_damaged_parts_lose_nothing(
        which in any::<prop::sample::Index>(),
        part in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..FRAGMENTS_OF_XML.len(), 0..40_usize), 1..8)
    ) {
        let all: Vec<_> = documents().into_iter().filter(|(_, bytes)| bytes.starts_with(b"PK")).collect();
        let (name, bytes) = &all[which.index(all.len())];
        let mut parts = parts(bytes);
        let part = part.index(parts.len());
        let content = &mut parts[part].1;
        for (at, fragment, gone) in damage {
            let at = at.index(content.len() + 1);
            let end = (at + gone).min(content.len());
            content.splice(at..end, FRAGMENTS_OF_XML[fragment].bytes());
        }
        check_document(name, packed(&parts))?;
    }

    #[test]
    fn aozora_loses_nothing(parts in prop::collection::vec(0..AOZORA.len(), 0..60), explained in any::<bool>()) {
        let body: String = parts.into_iter().map(|at| AOZORA[at]).collect();
        let ruled = "-".repeat(55);
        let head = format!("題名\n著者\n\n{ruled}\n【テキスト中に現れる記号について】\n\n《》：ルビ\n{ruled}\n");
        let text = if explained { head + &body } else { body };
        for article in articles("a.txt", &text) {
            check(&article)?;
            prop_assert_eq!(letters(&without_words(&article)), letters(&text));
        }
    }

    #[test]
    fn what_is_text_is_read_and_what_is_none_is_not(order in prop::collection::vec(0..BLOCKS.len(), 1..12)) {
        let mut text = String::new();
        let (mut kept, mut gone) = (Vec::new(), Vec::new());
        for (number, at) in order.iter().enumerate() {
            // Each word is marked by the number of its block.
            let block = BLOCKS[*at].replace("keep", &format!("keep{number}q")).replace("drop", &format!("drop{number}q"));
            let words = |mark: &str| -> Vec<String> {
                let named = block.split(|c: char| !c.is_ascii_alphanumeric());
                named.filter(|word| word.starts_with(mark)).map(str::to_owned).collect()
            };
            kept.extend(words("keep"));
            gone.extend(words("drop"));
            text.push_str(&block);
            text.push_str("\n\n");
        }
        let article = articles("a.md", &text).remove(0);
        check(&article)?;
        let read: String = passages(&article, &Chars).iter().map(|passage| passage.readable(&article.text).0 + "\n").collect();
        for word in kept {
            prop_assert!(read.contains(&word), "{} is not read of {}", word, text);
        }
        for word in gone {
            prop_assert!(!read.contains(&word), "{} is read of {}", word, text);
        }
    }
}

/// The text of an article without the words with which it lists how they are read.
fn without_words(article: &Article) -> String {
    let mut text = article.text.clone();
    let ruby = article
        .omitted
        .iter()
        .filter(|one| one.reason == Omission::Ruby);
    for omitted in ruby.rev() {
        let lines = text[omitted.span.clone()].lines();
        let readings = lines.map(|line| line.split_once('《').map_or(line, |(_, reading)| reading));
        let readings = readings.collect::<Vec<_>>().join("\n");
        text.replace_range(omitted.span.clone(), &readings);
    }
    text
}

/// The rows of a Markdown table as a table of HTML.
fn cells_of(row: &dyn Fn(&[String]) -> String, markdown: &str) -> String {
    let rows = markdown.lines().filter(|line| !line.contains("- | -"));
    let cells = rows.map(|line| {
        line.trim_matches('|')
            .split('|')
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let rows: String = cells.map(|cells| row(&cells)).collect();
    format!("<table>\n{rows}</table>\n")
}

/// Whole blocks: what a reader sees says `keep`, the rest `drop`.
const BLOCKS: [&str; 34] = [
    "keep one. keep two.",
    "# keep",
    "keep\n----",
    "- keep\n- keep\n  - keep",
    "1. keep\n2. keep",
    "> keep\n> keep",
    "```drop\nkeep\n```",
    "~~~\n<p>keep</p>\n~~~",
    "    keep",
    "keep `keep` **keep** [keep](https://example.org/keep) <b class=\"drop\">keep</b> ke<i></i>ep.",
    "keep<br>keep<!-- drop --> keep",
    "keep <script>drop</script> keep <svg><text>drop</text></svg> keep",
    "<!-- drop\n\ndrop -->",
    "<script>\nif (drop < 1) { '</p>' }\n\ndrop\n</script>",
    "<style>\n.drop {}\n</style>",
    "<p align=\"drop\">\nkeep <a href=\"drop\">keep</a>\n</p>",
    "<details>\n<summary>keep</summary>\nkeep\n</details>",
    "<details>\n<summary>keep</summary>\n\nkeep\n\n</details>",
    "<h1 id=\"drop\"><img src=\"drop.png\" alt=\"drop\"><br>keep</h1>",
    "<h2>keep</h2>\n<p>keep</p>",
    "<table>\n<tr><th>keep</th><th>keep</th></tr>\n<tr><td class=\"drop\">keep</td><td>keep<br>keep</td></tr>\n</table>",
    "<table>\n<tr>\n<td>\n\nkeep **keep**\n\n</td>\n<td>\n\n```drop\nkeep\n```\n\n</td>\n</tr>\n</table>",
    "<table><tr><th>keep</th></tr></table>",
    "<dl>\n<dt>keep</dt><dd>keep</dd>\n<dt>keep</dt><dd>keep</dd>\n</dl>",
    "<blockquote>keep</blockquote>",
    "<center>keep</center>",
    "<Note type=\"drop\">\nkeep\n</Note>",
    "<pre>\nkeep <span class=\"drop\">keep</span>\n\nkeep\n</pre>",
    "<ruby>keep<rt>drop</rt></ruby>",
    "<video controls>drop</video>",
    "| keep | keep |\n| --- | :-: |\n| keep | <b>keep</b> |\n| keep | ![drop](data:image/png;base64,drop) |",
    "keep ![drop](data:image/png;base64,drop0000drop) keep data:text/csv;base64,drop keep",
    "![drop](drop.png)",
    "[drop]: https://example.org/drop \"drop\"",
];

#[test]
fn every_reason_is_named() {
    let text = "---\ntitle: T\n---\n<!-- x -->\n\nText <ruby>a<rt>b</rt></ruby>.\n\n![x](a.png)\n";
    let article = articles("a.md", text).remove(0);
    let reasons: Vec<Omission> = article.omitted.iter().map(|o| o.reason).collect();
    assert!(reasons.contains(&Omission::FrontMatter) && reasons.contains(&Omission::Ruby));
    assert!(reasons.iter().all(|reason| !reason.reason().is_empty()));
}
