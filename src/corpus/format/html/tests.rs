use std::collections::HashSet;

use dom_query::Document;
use proptest::prelude::*;
use regex::Regex;

use super::*;
use crate::corpus::block::BlockKind;

/// What was read of a page.
struct Seen {
    title: Option<String>,
    author: Option<String>,
    /// Where the headings stand under which each block stands.
    blocks: Vec<(BlockKind, String, String)>,
    omitted: Vec<(Omission, String)>,
    repeated: Vec<(String, String)>,
}

impl Seen {
    fn of(parsed: Parsed) -> Self {
        let text = parsed.text.unwrap();
        let mut end = 0;
        for block in &parsed.blocks {
            let content = &text[block.span.clone()];
            assert!(
                !content.is_empty() && content.trim() == content,
                "{content:?}"
            );
            assert!(block.span.start >= end, "{:?}", parsed.blocks);
            end = block.span.end;
        }
        assert!(end <= parsed.listed_from.unwrap_or(text.len()));
        assert!(parsed.locators.is_sorted_by_key(|(at, _)| *at));
        let locator = |at: usize| {
            let after = parsed.locators.partition_point(|(start, _)| *start <= at);
            after
                .checked_sub(1)
                .map_or(String::new(), |at| parsed.locators[at].1.clone())
        };
        let cut = |span: &std::ops::Range<usize>| text[span.clone()].to_owned();
        Self {
            title: parsed.title,
            author: parsed.author,
            blocks: parsed
                .blocks
                .iter()
                .map(|b| (b.kind, cut(&b.span), locator(b.span.start)))
                .collect(),
            omitted: parsed
                .omitted
                .iter()
                .map(|o| (o.reason, cut(&o.span)))
                .collect(),
            repeated: parsed
                .repeated
                .iter()
                .map(|r| (cut(&r.text), cut(&r.before)))
                .collect(),
        }
    }

    fn page(html: &str) -> Self {
        Self::of(Html.read(html, &Fields::default()).unwrap().remove(0))
    }

    fn body(html: &str) -> Self {
        Self::page(&format!(
            "<!DOCTYPE html><html><head><title>A page</title></head><body>{html}</body></html>"
        ))
    }

    fn text(&self) -> String {
        let blocks: Vec<&str> = self
            .blocks
            .iter()
            .map(|(_, text, _)| text.as_str())
            .collect();
        blocks.join("\n")
    }

    fn kinds(&self) -> Vec<(BlockKind, &str)> {
        self.blocks
            .iter()
            .map(|(kind, text, _)| (*kind, text.as_str()))
            .collect()
    }

    fn rows(&self) -> Vec<&str> {
        let rows = self
            .blocks
            .iter()
            .filter(|(kind, ..)| *kind == BlockKind::Row);
        rows.map(|(_, text, _)| text.as_str()).collect()
    }

    fn left_out(&self, reason: Omission) -> String {
        let left = self.omitted.iter().filter(|(why, _)| *why == reason);
        left.map(|(_, text)| text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn locator(&self, part: &str) -> &str {
        let block = self.blocks.iter().find(|(_, text, _)| text.contains(part));
        &block
            .unwrap_or_else(|| panic!("{part} in {}", self.text()))
            .2
    }
}

const PROSE: &str =
    "The mill by the river grinds rye for the whole valley, and it has done so since 1872. ";

fn prose(times: usize) -> String {
    format!("<p>{}</p>", PROSE.repeat(times))
}

#[test]
fn main_content_without_what_surrounds_it() {
    let paragraph = PROSE.repeat(6);
    let page = format!(
        "<!DOCTYPE html><html lang='ja-JP'><head><title>The mill</title><link rel=canonical href='https://example.com/mill'>\
         <meta property='article:published_time' content='2024-05-03T00:00:00Z'></head><body><nav><a href=/>Home</a></nav>\
         <article><h1>The mill</h1><p>{paragraph}</p><h2>Its <ruby>名<rt>な</rt></ruby></h2><p>{paragraph}</p><pre>a\n  b</pre></article>\
         <footer>Copyright</footer><script>alert(1)</script></body></html>"
    );
    assert!(Html.accepts("txt", &page));
    let parsed = Html.read(&page, &Fields::default()).unwrap().remove(0);
    assert_eq!(
        parsed.source_url.as_deref(),
        Some("https://example.com/mill")
    );
    assert_eq!(parsed.lang.as_deref(), Some("ja-JP"));
    assert_eq!(parsed.title.as_deref(), Some("The mill"));
    let seen = Seen::of(parsed);
    let text = seen.text();
    assert!(text.contains("grinds rye") && text.contains("a\n  b"));
    for outside in ["Home", "alert", "Copyright", "な"] {
        assert!(!text.contains(outside), "{outside} in {text}");
    }
    assert_eq!(seen.left_out(Omission::Navigation), "Home");
    assert_eq!(seen.left_out(Omission::Ruby), "名《な》");
    assert_eq!(seen.left_out(Omission::Surroundings), "Copyright");
    assert_eq!(seen.locator("Its 名"), "The mill > Its 名");
}

#[test]
fn a_page_of_nothing_but_depth_is_refused() {
    let page = format!("<html>{}", "<div>".repeat(100_000));
    let read = Html.read(&page, &Fields::default());
    assert!(matches!(read, Err(Fault::Unreadable(_))));
    assert_eq!(plain("<b>A</b> &amp; B"), "A & B");
    // Elements that need no end are not inside each other, and what looks like elements in a program is none.
    let page = format!(
        "<p>Begin{}<script>{}</script>",
        "<br>line".repeat(30_000),
        "a<b;".repeat(30_000)
    );
    assert!(Seen::page(&page).text().starts_with("Begin\nline\nline"));
    // What Readability cannot follow is read without it.
    let page = format!("{}<p>Deep down.</p>", "<div>".repeat(700));
    assert_eq!(Seen::page(&page).text(), "Deep down.");
}

#[test]
fn pages_by_their_names() {
    for page in [
        "Winter<br>The pond froze in <b>December</b>.<br>\n<img src=a.png>",
        "\u{feff}<!-- note --><p>Winter<p>The pond froze in <b>December</b>.",
    ] {
        assert!(Html.accepts("htm", page));
        let seen = Seen::page(page);
        assert_eq!(
            seen.text().replace('\n', " "),
            "Winter The pond froze in December."
        );
        assert_eq!(seen.title, None);
    }
    let seen = Seen::page("---\ntitle: \"Frost\"\nlayout: post\n---\n<p>The pond froze.</p>");
    assert_eq!(
        (seen.text().as_str(), seen.title.as_deref()),
        ("The pond froze.", Some("Frost"))
    );
    assert!(
        seen.left_out(Omission::FrontMatter)
            .contains("layout: post")
    );
    let seen = Seen::page(
        "Saved in winter\n<!DOCTYPE html><html><head><title>Frost</title></head><body><p>The pond froze.</p></body></html>",
    );
    assert_eq!(
        (seen.text().as_str(), seen.title.as_deref()),
        ("Saved in winter\nThe pond froze.", Some("Frost"))
    );
    // A text of that name that has no tag keeps its places in the file.
    let parsed = Html
        .read("a < b and c > d\n", &Fields::default())
        .unwrap()
        .remove(0);
    assert_eq!(parsed.text, None);
}

#[test]
fn rows_have_the_names_of_their_columns() {
    let seen = Seen::body(
        "<table><caption>Depots</caption><thead><tr><th rowspan=2>Depot</th><th colspan=2>2024</th><th>Note</th></tr><tr><th>Q1</th><th>Q2</th><th></th></tr></thead>\
         <tbody><tr><td>Aomori</td><td>1</td><td>2</td><td></td></tr><tr><td>Belem</td><td colspan=2>closed</td><td></td></tr></tbody></table><p>After it.</p>",
    );
    assert_eq!(
        seen.rows(),
        [
            "Depot: Aomori | 2024 > Q1: 1 | 2024 > Q2: 2",
            "Depot: Belem | 2024 > Q1, 2024 > Q2: closed"
        ]
    );
    assert_eq!(seen.kinds()[0], (BlockKind::Heading, "Depots"));
    assert!(seen.repeated[0].0 == "Depots" && seen.repeated[0].1.contains("Belem"));
    assert_eq!(seen.left_out(Omission::Empty), "Note");

    let seen = Seen::body(
        "<table><tr><th>Pier</th><th>Boat</th></tr><tr><td rowspan=2>North</td><td>Anna</td></tr><tr><td>Berta</td></tr>\
         <tr><th colspan=2>Closed</th></tr><tr><td>South</td><td>none</td></tr></table>",
    );
    assert_eq!(
        seen.rows(),
        [
            "Pier: North | Boat: Anna",
            "Pier: North | Boat: Berta",
            "Pier: South | Boat: none"
        ]
    );
    assert_eq!(seen.repeated[0].0, "Closed");

    // Heads at the side name what stands beside them; rows without heads are rows; a head alone is read.
    let seen = Seen::body(
        "<table><tr><th>Capital</th><td>Oslo</td></tr><tr><th>Area</th><td>3</td><td>km2</td></tr></table>",
    );
    assert_eq!(seen.rows(), ["Capital: Oslo", "Area: 3 | km2"]);
    let seen = Seen::body(
        "<table><tr><td>戸籍係</td><td>一階</td></tr><tr><td>税務係</td><td>三階</td></tr></table>",
    );
    assert_eq!(seen.rows(), ["戸籍係 | 一階", "税務係 | 三階"]);
    let seen = Seen::body("<table><thead><tr><th>Pier</th><th>Boat</th></tr></thead></table>");
    assert_eq!(seen.rows(), ["Pier | Boat"]);
    let seen = Seen::body(
        "<table><tr><td><b>Pier</b></td><td><b>Boat</b></td></tr><tr><td>North</td><td>Anna</td></tr></table>",
    );
    assert_eq!(seen.rows(), ["Pier: North | Boat: Anna"]);
}

#[test]
fn cells_over_several_rows_keep_the_others_in_their_columns() {
    let table = |rows: &str| -> Vec<String> {
        let head = "<tr><th>Year</th><th>Winner</th><th>Prize</th></tr>";
        let seen = Seen::body(&format!("<table>{head}{rows}</table>"));
        seen.rows().iter().map(ToString::to_string).collect()
    };
    // One bold cell beside a cell from above is no title.
    assert_eq!(
        table(
            "<tr><td rowspan=2>1990</td><td>Anna</td><td>1</td></tr><tr><td colspan=2><b>Berta</b></td></tr><tr><td>1991</td><td>Cleo</td><td>2</td></tr>"
        ),
        [
            "Year: 1990 | Winner: Anna | Prize: 1",
            "Year: 1990 | Winner, Prize: Berta",
            "Year: 1991 | Winner: Cleo | Prize: 2"
        ]
    );
    // A row without cells counts.
    assert_eq!(
        table(
            "<tr><td rowspan=2>1990</td><td>Anna</td><td>1</td></tr><tr></tr><tr><td>1991</td><td>Cleo</td><td>2</td></tr>"
        ),
        [
            "Year: 1990 | Winner: Anna | Prize: 1",
            "Year: 1991 | Winner: Cleo | Prize: 2"
        ]
    );
    // Cells that say nothing, or too much, are not said again, and hold their column.
    let long = "long ".repeat(40);
    for above in ["", long.as_str()] {
        let rows = table(&format!(
            "<tr><td rowspan=2>{above}</td><td>Anna</td><td>1</td></tr><tr><td>Berta</td><td>2</td></tr>"
        ));
        assert_eq!(rows[1..], ["Winner: Berta | Prize: 2"]);
    }
}

#[test]
fn raised_and_lowered_figures_are_not_part_of_the_number_before_them() {
    let seen = Seen::body(
        "<p>It is 1.5×10<sup>8</sup> km and 12 m<sup>2</sup>. In 1984<sup><a href='#f1'>3</a></sup> by 25<sup>2</sup>, the \
         1<sup>st</sup>, 10<sup>-3</sup>, log<sub>10</sub>2, H<sub>2</sub>O, word<sup><a href='#f'>a</a></sup> and 5<sup> </sup>6.</p>",
    );
    assert_eq!(
        seen.text(),
        "It is 1.5×10^8 km and 12 m2. In 1984[3] by 25^2, the 1st, 10^-3, log10 2, H2O, word[a] and 5 6."
    );
}

#[test]
fn tables_that_arrange_a_page_are_no_rows() {
    let seen = Seen::body(&format!(
        "<table><tr><td><h2>Mill</h2>{0}</td><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>",
        prose(2)
    ));
    assert_eq!(seen.rows(), ["a | b"]);
    assert_eq!(seen.locator("grinds rye"), "Mill");
    let seen = Seen::body("<table role=presentation><tr><td>One.</td><td>Two.</td></tr></table>");
    assert_eq!(seen.text(), "One.\nTwo.");
}

#[test]
fn a_cell_over_all_rows_does_not_grow() {
    let rows = "<tr><td rowspan=65534>all of them, all of them, all of them</td></tr>".repeat(3000);
    let page = format!(
        "<table><tr><th>A long name of a column that is said again</th></tr>{rows}</table>"
    );
    assert!(Seen::body(&page).text().len() < 30 * page.len());
}

#[test]
fn terms_stay_with_their_meanings() {
    let long = PROSE.repeat(6);
    let seen = Seen::body(&format!(
        "<dl><dt>Adit</dt><dd>A level passage.</dd><dt>Bord</dt><dt>Stall</dt><dd>A room.</dd><dt>Mill</dt><dd><p>{long}</p></dd></dl><p>Behind.</p>"
    ));
    assert_eq!(
        seen.rows(),
        ["Adit\nA level passage.", "Bord\nStall\nA room."]
    );
    assert_eq!(seen.repeated[0].0, "Mill");
    assert!(seen.repeated[0].1.contains("since 1872") && !seen.repeated[0].1.contains("Behind"));
}

#[test]
fn questions_on_buttons_are_headings() {
    let answer = "<div id=a1><p>Yes, in a carrier of up to 60 centimetres.</p></div>";
    for question in [
        "<h2><button aria-controls=a1>May I bring my dog?</button></h2>",
        "<button class=accordion aria-expanded=false>May I bring my dog?</button>",
        "<div class=q><button>May I bring my dog?</button></div>",
        "<div role=button aria-expanded=false>May I bring my dog?</div>",
        "<input type=checkbox id=c><label for=c>May I bring my dog?</label>",
        "<details><summary>May I bring my dog?</summary>",
    ] {
        let seen = Seen::body(&format!("<main><h1>Help</h1>{question}{answer}</main>"));
        assert_eq!(
            seen.locator("a carrier"),
            "Help > May I bring my dog?",
            "{question}"
        );
    }
    let seen = Seen::body(
        "<p>Text of the page.</p><button>Subscribe now</button><button aria-controls=m>Menu</button><ul id=m role=menu><li>Home</li></ul>",
    );
    assert_eq!(seen.text(), "Text of the page.");
    assert_eq!(seen.left_out(Omission::Form), "Subscribe now\nMenu");
    // A tab's name stands before what it opens.
    let seen = Seen::body(
        "<h1>Pump</h1><div role=tablist><button role=tab aria-controls=p1>Overview</button><button role=tab aria-controls=p2>Warranty</button></div>\
         <div id=p1 role=tabpanel><p>It lifts water.</p></div><div id=p2 role=tabpanel hidden><p>Seven years.</p></div><p>The end.</p>",
    );
    assert_eq!(
        (
            seen.locator("lifts"),
            seen.locator("Seven"),
            seen.locator("The end")
        ),
        ("Pump > Overview", "Pump > Warranty", "Pump")
    );
}

#[test]
fn forms_around_a_page_and_forms_below_it() {
    let seen = Seen::body(
        "<form id=f><input type=hidden name=v><h1>Registry</h1><p>Open from nine to four.</p><input name=q><button>Search</button></form>",
    );
    assert_eq!(seen.text(), "Registry\nOpen from nine to four.");
    assert_eq!(seen.left_out(Omission::Form), "Search");
    let seen = Seen::body(&format!(
        "<article><h1>Weir</h1>{}</article><form><p>Leave a reply</p><label>Name <input name=n></label><select><option>Mr</option></select><fieldset><legend>Kind</legend><textarea>Write</textarea></fieldset><button>Send</button></form>",
        prose(3)
    ));
    assert!(!seen.text().contains("reply"));
    for part in ["Leave a reply", "Name", "Mr", "Kind", "Write", "Send"] {
        assert!(seen.left_out(Omission::Form).contains(part), "{part}");
    }
}

#[test]
fn what_unfolds_is_read_and_notices_are_listed() {
    let seen = Seen::body(&format!(
        "<main><h1>Help</h1>{}<h2>Parts</h2><div class=panel hidden=until-found><p>Gasket 7741-B</p></div><dl><dt>When?</dt><dd style='display: none'>At noon.</dd></dl>\
         <ul><li>rye</li><li hidden>oats</li></ul><table><tr><td>a</td><td>1</td></tr><tr style='display:none'><td>b</td><td>2</td></tr></table>\
         <section aria-hidden=true><p>The pump lifts forty litres.</p></section></main>\
         <div class=cookie-consent hidden><p>We use cookies. They are many, and they are sweet.</p></div><div role=dialog><p>Sign up today, it is free for all.</p></div>\
         <span hidden>Copied</span><div class=dropdown-menu style='display:none'><a href=/x>Account settings are here.</a></div><a class=skip-link href=#main>Skip to text</a>",
        prose(3)
    ));
    for read in [
        "Gasket 7741-B",
        "When?\nAt noon.",
        "oats",
        "b | 2",
        "forty litres",
    ] {
        assert!(seen.text().contains(read), "{read} in {}", seen.text());
    }
    for hidden in ["cookies", "Sign up", "Copied", "Account"] {
        assert!(
            seen.left_out(Omission::Hidden).contains(hidden),
            "{hidden} in {:?}",
            seen.omitted
        );
    }
    assert_eq!(seen.left_out(Omission::Navigation), "Skip to text");
    // Where all is hidden until a program shows it, it is read.
    let seen = Seen::page(
        "<html><body style='visibility:hidden'><p>The pump lifts forty litres.</p></body></html>",
    );
    assert_eq!(seen.text(), "The pump lifts forty litres.");
}

#[test]
fn tabs_and_asides_of_the_main_text_are_read() {
    let seen = Seen::body(&format!(
        "<div class=tabs><div class=tab-pane><h2>Overview</h2>{0}{0}</div><div class=tab-pane style='display:none'><h2>Warranty</h2><p>Seven years.</p></div></div>\
         <div class=sidebar><p>Read our other pages.</p></div>",
        prose(3)
    ));
    assert_eq!(seen.locator("Seven years"), "Warranty");
    assert!(
        seen.left_out(Omission::Surroundings)
            .contains("other pages")
    );
    let seen = Seen::body(&format!(
        "<article><h1>Mill</h1>{0}<aside><p>Rye is a grain.</p></aside>{0}</article><aside>Elsewhere on these pages</aside>",
        prose(3)
    ));
    assert!(seen.text().contains("Rye is a grain."));
    assert_eq!(
        seen.left_out(Omission::Surroundings),
        "Elsewhere on these pages"
    );
}

#[test]
fn a_heading_is_one_whatever_is_in_it() {
    let seen = Seen::body(&format!(
        "<article><h1>Manual<br>of the pump</h1><h2><div class=row><div>Safety</div></div></h2><p>Wear gloves.</p><h2><p>Care</p> <a href=#care>¶</a></h2><h3><span>Oil</span></h3>{0}\
         <div role=heading aria-level=2>Disposal</div><p>Scrap it.</p><hgroup><h2>Spare</h2><p>parts</p></hgroup></article>",
        prose(1)
    ));
    assert_eq!(seen.locator("Wear gloves"), "Manual of the pump > Safety");
    assert_eq!(seen.locator("grinds"), "Manual of the pump > Care > Oil");
    // The passage that begins with the first of two headings stands under both.
    assert_eq!(seen.locator("Care"), "Manual of the pump > Care > Oil");
    assert_eq!(seen.locator("Scrap"), "Manual of the pump > Disposal");
    // One that was never closed is no heading.
    let seen = Seen::body(&format!("<h1>Mill<div>{}</div>", PROSE.repeat(5)));
    assert_eq!(seen.kinds()[0], (BlockKind::Heading, "Mill"));
    assert_eq!(seen.kinds()[1].0, BlockKind::Paragraph);
}

#[test]
fn links_to_edit_a_section_are_no_part_of_its_heading() {
    let seen = Seen::body(&format!(
        "<article><h1>水車</h1><div class='mw-heading'><h2>歴史</h2><span class='mw-editsection'>[<a href='/e'>編集</a>]</span></div>\
         {}<h2><span>構造</span><span class='mw-editsection'>[<a href='/e'>編集</a>]</span></h2><p>羽根は木で作る。</p></article>",
        prose(3)
    ));
    assert_eq!(seen.locator("羽根"), "水車 > 構造");
    assert!(!seen.text().contains("編集"), "{}", seen.text());
    assert_eq!(seen.left_out(Omission::Form), "[編集]\n[編集]");
}

#[test]
fn programs_stay_whole() {
    let seen = Seen::body(&format!(
        "{}<pre><code>def f(x):<br>    return x<br></code></pre><pre><div>one</div><div>two</div>three</pre><pre>\n  a\n  <b>b</b></pre>",
        prose(3)
    ));
    let code: Vec<&str> = seen
        .kinds()
        .into_iter()
        .filter(|(kind, _)| *kind == BlockKind::Code)
        .map(|(_, text)| text)
        .collect();
    assert_eq!(
        code,
        ["def f(x):\n    return x", "one\ntwo\nthree", "a\n  b"]
    );
}

#[test]
fn what_stands_in_for_something_else_is_listed() {
    let seen = Seen::body(&format!(
        "<article>{0}<video>No video here</video><audio>No sound</audio><canvas>No canvas</canvas><object><p>No object</p></object><iframe><b>No frame</b></iframe>\
         <svg><title>A wheel</title><text>12 cm</text></svg><math><semantics><mi>x</mi><annotation>\\frac</annotation></semantics></math><noscript>Turn it on</noscript>\
         <p>The end <img src='data:image/png;base64,AAAA'> of data:image/png;base64,{1} it.</p></article>",
        prose(3),
        "A1b2".repeat(20)
    ));
    let text = seen.text();
    assert!(
        text.contains("The end of it.") && text.contains('x'),
        "{text}"
    );
    for part in [
        "No video here",
        "No sound",
        "No canvas",
        "No object",
        "No frame",
        "Turn it on",
    ] {
        assert!(seen.left_out(Omission::Fallback).contains(part), "{part}");
    }
    assert!(
        seen.left_out(Omission::ImageMarkup)
            .contains("A wheel\n12 cm")
            || seen.left_out(Omission::ImageMarkup).contains("12 cm")
    );
    assert!(!text.contains("A1b2") && !text.contains("frac") && !text.contains('<'));
    // Frames have nothing else.
    let seen = Seen::page(
        "<html><head><title>Fair</title></head><frameset cols='1,2'><frame src=a.html><noframes><h1>Fair</h1><p>It opens <b>at nine</b>.</p></noframes></frameset></html>",
    );
    assert_eq!(
        (seen.text().as_str(), seen.title.as_deref()),
        ("Fair\nIt opens at nine.", Some("Fair"))
    );
    assert_eq!(
        Seen::body("<div id=app></div><noscript>Turn it on.</noscript>").text(),
        "Turn it on."
    );
}

/// A piece of a page; every `\u{1}` becomes a word of its own.
fn piece() -> impl Strategy<Value = String> {
    const NAMES: [&str; 66] = [
        "div",
        "p",
        "span",
        "a",
        "b",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "nav",
        "aside",
        "form",
        "fieldset",
        "legend",
        "label",
        "button",
        "select",
        "option",
        "textarea",
        "input",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "dl",
        "dt",
        "dd",
        "ul",
        "ol",
        "li",
        "details",
        "summary",
        "dialog",
        "h1",
        "h2",
        "h3",
        "h6",
        "pre",
        "code",
        "br",
        "hr",
        "img",
        "noscript",
        "video",
        "canvas",
        "object",
        "iframe",
        "noframes",
        "frameset",
        "svg",
        "math",
        "annotation",
        "ruby",
        "rt",
        "rp",
        "title",
        "x-card",
        "font",
        "center",
        "template",
        "blockquote",
        "figcaption",
    ];
    const ATTRS: [&str; 24] = [
        "",
        "",
        "",
        "",
        " hidden",
        " style='display:none'",
        " aria-hidden=true",
        " class=sidebar",
        " class='comments share'",
        " id=p1",
        " role=tab aria-controls=p1",
        " role=tabpanel",
        " rowspan=3",
        " colspan=2",
        " rowspan=0 colspan=70000",
        " for=p1",
        " class=cookie-banner",
        " role=dialog",
        " aria-expanded=false",
        " href='#x'",
        " role=heading aria-level=3",
        " role=presentation",
        " type=checkbox",
        " data-target='#p1'",
    ];
    let leaf = prop::collection::vec(
        prop_oneof![
            Just("\u{1}"),
            Just("\u{1}."),
            Just("\u{1}?"),
            Just("\n"),
            Just("\u{1} \u{1}")
        ],
        1..4,
    )
    .prop_map(|words| words.join(" "));
    leaf.prop_recursive(6, 80, 6, |inner| {
        let element = (
            prop::sample::select(&NAMES[..]),
            prop::sample::select(&ATTRS[..]),
            prop::collection::vec(inner, 0..6),
            0..12u8,
        );
        element.prop_map(|(name, attr, inner, end)| {
            let end = match end {
                0 => String::new(),
                1 => "</div>".to_owned(),
                _ => format!("</{name}>"),
            };
            format!("<{name}{attr}>{}{end}", inner.concat())
        })
    })
}

/// All words of a page, found by a reader that knows nothing of ours.
fn words_of_page(html: &str) -> HashSet<String> {
    words_in(&Document::from(html), 0)
}

/// What lies in frames and the like is a page of its own, as far down as anybody nests them.
fn words_in(document: &Document, depth: usize) -> HashSet<String> {
    let word = Regex::new(r"w\d+x").unwrap();
    let mut found = HashSet::new();
    let root = document.root();
    let texts = root.descendants_it();
    for node in texts.filter(dom_query::NodeRef::is_text) {
        let within = |names: &[&str]| {
            let mut above = node.ancestors_it(None);
            above.any(|above| names.iter().any(|name| above.has_name(name)))
        };
        if within(&["script", "style", "template", "head"]) {
            continue;
        }
        if depth < 3 && within(&["iframe", "noembed", "noframes"]) {
            found.extend(words_in(&Document::fragment(node.text()), depth + 1));
            continue;
        }
        found.extend(
            word.find_iter(&node.text())
                .map(|word| word.as_str().to_owned()),
        );
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_word_is_read_or_listed(pieces in prop::collection::vec(piece(), 1..6), article in prop::bool::ANY, doctype in prop::bool::ANY) {
        let mut html = pieces.concat();
        if article {
            html = format!("<div class=page><article><h1>\u{1}</h1>{0}{html}{0}</article></div>", prose(4));
        }
        if doctype {
            html = format!("<!DOCTYPE html><html><head><title>A page</title></head><body>{html}</body></html>");
        }
        if !has_tags(&html) {
            // A text without tags keeps its places in the file; that is another test.
            html = format!("<i></i>{html}");
        }
        let mut number = 0;
        let html: String = html.split_inclusive('\u{1}').map(|part| {
            number += 1;
            part.replace('\u{1}', &format!("w{number}x"))
        }).collect();
        let seen = Seen::page(&html);
        let read = seen.text();
        let listed: Vec<&str> = seen.omitted.iter().map(|(_, text)| text.as_str()).collect();
        let known = [read, listed.join("\n"), seen.title.unwrap_or_default(), seen.author.unwrap_or_default()].join("\n");
        for word in words_of_page(&html) {
            prop_assert!(known.contains(&word), "{} of {} is not in {}", word, html, known);
        }
    }
}

#[test]
fn brackets_around_a_reading_are_no_text() {
    let seen = Seen::body("<p>川は<ruby>山<rp>(</rp><rt>やま</rt><rp>)</rp></ruby>から来る。</p>");
    assert!(seen.text().contains("川は山から来る。"));
    let seen = Seen::body("<p><ruby><rp>reading: </rp>山<rt>やま</rt></ruby>から来る。</p>");
    assert_eq!(seen.left_out(Omission::Ruby), "reading:\n山《やま》");
}

#[test]
fn tables_and_pages_under_another_name_are_pages() {
    let table = "<table border=1>\n<TR><th>Fish</th></tr><tr><td>Carp</td></tr></table>";
    for (extension, head, expected) in [
        ("xls", table, true),
        ("txt", table, true),
        ("", table, true),
        (
            "xls",
            "<meta charset=utf-8><style>td {}</style><table><tr><td>1</td></tr></table>",
            true,
        ),
        (
            "doc",
            "<!-- made by a program --><p>The gate is closed.</p>",
            true,
        ),
        ("doc", "<h1>Gate</h1><p>It is closed.</p>", true),
        ("md", table, false),
        ("xml", table, false),
        ("txt", "<table> is an element of HTML.", false),
        ("txt", "<p>The gate is closed.</p>", false),
        ("xls", "Fish\tPrice\n<carp>\t7\n", false),
        ("xls", "<Row><Cell>1</Cell></Row>", false),
    ] {
        assert_eq!(
            Html.accepts(extension, head),
            expected,
            "{extension} {head}"
        );
    }
}
