//! Files in other encodings and forms, as a user meets them: indexed, asked, cited.

use serde_json::Value;

use crate::support::Folder;

fn first(folder: &Folder, args: &[&str]) -> Value {
    let found = folder.tane(["query", "--json"].iter().chain(args)).json();
    found["results"][0].clone()
}

/// A folder with a file of each form.
fn folder() -> Folder {
    let folder = Folder::new(&[
        (
            "docs/notes.md",
            "---\ntitle: Harvest\ndate: 2024-05-03\nauthor: Hanako\nurl: https://example.com/harvest\n---\n\n# Field\n\n## Tools\n\nThe sickle hangs behind the door of the barn.\n\n```sh\nsharpen --all\n```\n",
        ),
        (
            "docs/feed.jsonl",
            "{\"id\":\"a1\",\"title\":\"Ferry\",\"text\":\"The ferry crosses the bay at noon.\",\"url\":\"https://example.com/a1\",\"date\":\"2023-01-15\"}\n{\"id\":\"a2\",\"title\":\"Bridge\",\"text\":\"The bridge was closed after the flood.\"}\n",
        ),
        (
            "docs/book.ipynb",
            "{\"cells\":[{\"cell_type\":\"markdown\",\"source\":[\"# Bees\\n\",\"\\n\",\"Bees leave the hive when the lime trees bloom.\"]}],\"nbformat\":4}",
        ),
        (
            "docs/news.xml",
            "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title><item><title>Snow</title><link>https://example.com/snow</link><pubDate>Fri, 03 May 2019 10:00:00 +0000</pubDate><description>&lt;p&gt;Snow closed the mountain pass.&lt;/p&gt;</description></item></channel></rss>",
        ),
    ]);
    let text = "種をまく人は、春になると畑に出る。土は黒く、風はまだ冷たい。\n";
    folder.write("docs/sjis.txt", encoding_rs::SHIFT_JIS.encode(text).0);
    let prose =
        "The lighthouse keeper lights the lamp at dusk and trims it at midnight. ".repeat(8);
    folder.write(
        "docs/page.html",
        format!("<!DOCTYPE html><html lang=en><head><title>Lighthouse</title></head><body><nav>Menu</nav><article><h1>Lighthouse</h1><h2>Lamp</h2><p>{prose}</p></article></body></html>"),
    );
    folder.tane(["index", "docs"]).ok();
    folder
}

#[test]
fn every_form_is_found_and_cited() {
    let folder = folder();
    let hit = first(&folder, &["種をまく人はいつ畑に出るか"]);
    assert_eq!(hit["article"]["encoding"], "shift_jis");
    assert_eq!(hit["article"]["text_source"], "decoded");
    assert_eq!(hit["citation"], "docs/sjis.txt:1");

    let hit = first(&folder, &["Where does the sickle hang?"]);
    let (start, end) = (&hit["passage"]["start_byte"], &hit["passage"]["end_byte"]);
    let file = std::fs::read_to_string(folder.path().join("docs/notes.md")).unwrap();
    let at = |n: &Value| usize::try_from(n.as_u64().unwrap()).unwrap();
    assert_eq!(hit["passage"]["text"], file[at(start)..at(end)]);
    assert_eq!(hit["article"]["text_source"], "file");
    assert_eq!(hit["article"]["title"], "Harvest");
    assert_eq!(hit["article"]["author"], "Hanako");
    assert_eq!(hit["article"]["published"], "2024-05-03");
    assert_eq!(hit["article"]["source_url"], "https://example.com/harvest");
    assert!(!hit["passage"]["text"].as_str().unwrap().contains("sharpen"));

    let hit = first(&folder, &["When does the ferry cross?"]);
    assert_eq!(hit["article"]["id"], "docs/feed.jsonl@a1");
    assert_eq!(hit["citation"], "docs/feed.jsonl@a1:1");
    assert_eq!(hit["passage"]["locator"], "row 1");
    let shown = folder.tane(["show", "--text", "docs/feed.jsonl@a1"]).ok();
    assert_eq!(shown, "The ferry crosses the bay at noon.");
    let passage = folder
        .tane(["show", "--json", "docs/feed.jsonl@a2#1"])
        .json();
    assert_eq!(passage["article"]["title"], "Bridge");

    let hit = first(&folder, &["When do bees leave?"]);
    assert_eq!(hit["passage"]["locator"], "cell 1: Bees");
    let hit = first(&folder, &["What closed the pass?"]);
    assert_eq!(hit["article"]["source_url"], "https://example.com/snow");
    let hit = first(&folder, &["Who lights the lamp?"]);
    assert_eq!(hit["article"]["title"], "Lighthouse");
    assert_eq!(hit["article"]["text_source"], "extracted");
    assert!(
        hit["passage"]["locator"]
            .as_str()
            .unwrap()
            .ends_with("Lamp")
    );
    assert!(!hit["passage"]["text"].as_str().unwrap().contains("Menu"));
    let text = folder.tane(["query", "Who lights the lamp?"]).ok();
    assert!(
        text.contains("Lighthouse > Lamp") || text.contains("Lamp"),
        "{text}"
    );
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}

#[test]
fn days_filter_inside_the_search() {
    let folder = folder();
    let days = |args: &[&str]| -> Vec<String> {
        let asked = ["query", "--json", "-n", "20", "closed"].iter().chain(args);
        let ran = folder.tane(asked).run();
        let found: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let found = found["results"].as_array().unwrap().iter();
        found
            .map(|hit| {
                hit["article"]["published"]
                    .as_str()
                    .unwrap_or("none")
                    .to_owned()
            })
            .collect()
    };
    assert!(days(&[]).contains(&"none".to_owned()));
    let since = days(&["--since", "2023-01-15"]);
    assert!(
        !since.is_empty()
            && since
                .iter()
                .all(|day| day.as_str() >= "2023-01-15" && day != "none")
    );
    let until = days(&["--until", "2019年5月3日"]);
    assert_eq!(until, ["2019-05-03"]);
    assert_eq!(days(&["--since", "2030-01-01"]), [""; 0]);
    folder.tane(["query", "x", "--since", "yesterday"]).fails(2);
}

#[test]
fn only_changed_files_of_rows_are_read_again() {
    let folder = folder();
    let report = folder.tane(["index", "--json"]).json();
    assert_eq!(
        (&report["embedded"], &report["removed"]),
        (&0.into(), &0.into())
    );
    folder.write(
        "docs/feed.jsonl",
        "{\"id\":\"a1\",\"text\":\"The ferry crosses the bay at noon.\"}\n{\"id\":\"a3\",\"text\":\"The mill burned down.\"}\n",
    );
    let report = folder.tane(["index", "--json"]).json();
    // a1 has the same text and the same vector, a2 is gone, a3 is new.
    assert_eq!(
        (&report["embedded"], &report["removed"]),
        (&1.into(), &1.into())
    );
    let named = Folder::new(&[("t/table.csv", "name,notes\nmill,It grinds rye.\n")]);
    named.tane(["index", "t", "--text-field", "notes"]).ok();
    named.write("t/table.csv", "name,notes\nmill,It grinds oats.\n");
    // How a folder is read is remembered.
    named.tane(["index"]).ok();
    let hit = first(&named, &["oats"]);
    assert_eq!(hit["passage"]["text"], "It grinds oats.");
}

#[test]
fn the_name_of_a_file_finds_its_passages() {
    let folder = Folder::new(&[
        (
            "notes/Kaffeemaschine entkalken.md",
            "1. Wasser und Essig mischen.\n2. Zweimal durchlaufen lassen.\n",
        ),
        (
            "notes/2024-05-03-erster-frost.md",
            "In der Nacht fielen die Bohnen um. Am Morgen war das Gras weiß.\n",
        ),
        (
            "001_89299e0010fc7634.txt",
            "Der Bäcker steht um drei Uhr auf.\n",
        ),
    ]);
    folder.tane(["index", "."]).ok();
    let find = |question: &str| first(&folder, &[question])["article"].clone();
    let note = find("Kaffeemaschine");
    assert_eq!(note["title"], "Kaffeemaschine entkalken");
    let dated = find("erster Frost");
    assert_eq!(dated["title"], "2024-05-03 erster frost");
    assert_eq!(dated["published"], "2024-05-03");
    assert_eq!(find("Bäcker")["title"], "Der Bäcker steht um drei Uhr auf.");
    // A file that is called otherwise is found by what it is called.
    let (old, new) = (
        "notes/Kaffeemaschine entkalken.md",
        "notes/Teekessel putzen.md",
    );
    std::fs::rename(folder.path().join(old), folder.path().join(new)).unwrap();
    folder.tane(["index"]).ok();
    assert_eq!(find("Teekessel")["title"], "Teekessel putzen");
    assert_ne!(find("Kaffeemaschine")["title"], "Kaffeemaschine entkalken");
}

#[test]
fn subtitles_are_cited_by_their_time() {
    let folder = Folder::new(&[(
        "talk.srt",
        "1\n00:00:01,000 --> 00:00:03,000\nThe pier of the harbour was built\n\n\
         2\n00:12:03,200 --> 00:12:05,000\nIt burned down in 1904,\n\n\
         3\n00:12:05,100 --> 00:12:07,000\n<i>in one night</i>.\n",
    )]);
    folder.tane(["index", "."]).ok();
    let hit = first(&folder, &["When did the pier burn down?"]);
    assert_eq!(hit["passage"]["locator"], "00:00:01");
    assert_eq!(hit["citation"], "talk.srt:3-11");
    let shown = folder.tane(["query", "When did the pier burn down?"]).ok();
    let expected = "   It burned down in 1904,\n   in one night.\n";
    assert!(shown.contains(expected), "{shown}");
}
