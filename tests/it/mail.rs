//! Mails, mailboxes, saved pages and RTF through the whole program.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::{Folder, repository};

const TEXT: &str = "お世話になっております。\n株式会社青空の山田です。次の会議は金曜日の午後三時から第二会議室で行います。\n";

fn encoded(label: &str, text: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
    encoding.encode(text).0.into_owned()
}

/// A mail of one part.
fn mail(fields: &str, body: &[u8]) -> Vec<u8> {
    [format!("From: =?utf-8?B?5bGx55Sw?= <y@example.jp>\r\nTo: Sato <s@example.jp>\r\nSubject: =?utf-8?B?5Lya6K2w?=\r\nDate: Sat, 31 Oct 2026 10:00:00 +0900\r\nMIME-Version: 1.0\r\n{fields}\r\n").into_bytes(), body.to_vec()].concat()
}

fn part(fields: &str, body: &[u8]) -> Vec<u8> {
    [format!("--B\r\n{fields}\r\n\r\n").as_bytes(), body, b"\r\n"].concat()
}

fn attached(kind: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let fields = format!(
        "Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"{name}\""
    );
    part(&fields, STANDARD.encode(bytes).as_bytes())
}

/// A mail with a text and files of many forms.
fn with_files(id: &str) -> Vec<u8> {
    let document = repository().join("tests/data/documents/pages.pdf");
    let parts = [
        part(
            "Content-Type: text/plain; charset=utf-8",
            "The key to the boathouse is under the third stone.".as_bytes(),
        ),
        attached(
            "application/pdf",
            "pages.pdf",
            &std::fs::read(document).unwrap(),
        ),
        attached(
            "text/html",
            "tide.html",
            b"<html><h1>Tide</h1><p>The tide was high at noon.</p></html>",
        ),
        attached(
            "text/plain",
            "=?utf-8?B?6LOH5paZ?=.txt",
            &encoded("shift_jis", "港の資料です。潮の高さは三メートルでした。"),
        ),
        attached("image/png", "logo.png", b"\x89PNG\r\n\x1a\n\0\0"),
        attached(
            "application/zip",
            "files.zip",
            &crate::archives::zip(&[("note.txt", b"The note says that the lamp burns all night.")]),
        ),
        b"--B--\r\n".to_vec(),
    ];
    mail(
        &format!("Message-ID: <{id}>\r\nContent-Type: multipart/mixed; boundary=B\r\n"),
        &parts.concat(),
    )
}

/// The articles of a file, as `tane passages --json` prints them.
fn articles(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let mut all = vec!["passages", "--json"];
    all.extend(args);
    let printed = folder.tane(all).ok();
    printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn text(article: &Value) -> String {
    let passages = article["passages"].as_array().unwrap().iter();
    passages
        .map(|passage| passage["text"].as_str().unwrap().to_owned() + "\n")
        .collect()
}

fn rows(articles: &[Value]) -> Vec<&str> {
    articles
        .iter()
        .map(|article| article["article"]["row"].as_str().unwrap_or_default())
        .collect()
}

#[test]
fn mails_are_read_in_any_encoding() {
    let folder = Folder::new(&[]);
    let plain = |charset: &str, how: &str| {
        format!(
            "Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {how}\r\n"
        )
    };
    let base64 = |bytes: &[u8]| STANDARD.encode(bytes).into_bytes();
    let quoted: String = TEXT.bytes().map(|byte| format!("={byte:02X}")).collect();
    for (name, fields, body, encoding) in [
        (
            "a.eml",
            plain("ISO-2022-JP", "7bit"),
            encoded("iso-2022-jp", TEXT),
            "iso-2022-jp",
        ),
        (
            "b.eml",
            plain("Shift_JIS", "base64"),
            base64(&encoded("shift_jis", TEXT)),
            "shift_jis",
        ),
        (
            "c.eml",
            plain("utf-8", "quoted-printable"),
            quoted.into_bytes(),
            "utf-8",
        ),
        // No word of an encoding, no name of a mail, a word that is wrong.
        (
            "d.eml",
            String::new(),
            encoded("iso-2022-jp", TEXT),
            "iso-2022-jp",
        ),
        (
            "e.txt",
            String::new(),
            encoded("shift_jis", TEXT),
            "shift_jis",
        ),
        (
            "f.eml",
            plain("us-ascii", "8bit"),
            encoded("euc-jp", TEXT),
            "euc-jp",
        ),
    ] {
        folder.write(name, mail(&fields, &body));
        let read = articles(&folder, &[name]).remove(0);
        assert_eq!(read["format"], "mail", "{name}");
        assert_eq!(read["article"]["encoding"], encoding, "{name}");
        assert_eq!(read["article"]["title"], "会議", "{name}");
        assert_eq!(read["article"]["author"], "山田", "{name}");
        assert_eq!(read["article"]["published"], "2026-10-31", "{name}");
        let text = text(&read);
        assert!(
            text.contains("次の会議は金曜日の午後三時から"),
            "{name}: {text}"
        );
        let listed = read["omitted"][0]["text"].as_str().unwrap();
        assert!(
            listed.contains("to: Sato <s@example.jp>"),
            "{name}: {listed}"
        );
    }
}

#[test]
fn what_a_mail_brings_is_an_article_of_its_own() {
    let folder = Folder::new(&[]);
    folder.write("docs/a.eml", with_files("one@example.jp"));
    let nested = part(
        "Content-Type: message/rfc822",
        &with_files("two@example.jp"),
    );
    let nested = [
        part("Content-Type: text/plain", b"See below."),
        nested,
        b"--B--\r\n".to_vec(),
    ]
    .concat();
    // The mail inside has a boundary of its own.
    let nested = String::from_utf8_lossy(&nested)
        .replacen("--B\r\n", "--O\r\n", 2)
        .replace("--B--\r\n--B--", "--B--\r\n--O--");
    folder.write(
        "docs/b.eml",
        mail(
            "Content-Type: multipart/mixed; boundary=O\r\n",
            nested.as_bytes(),
        ),
    );
    let read = articles(&folder, &["docs/a.eml"]);
    assert_eq!(rows(&read), ["", "pages.pdf", "tide.html", "資料.txt"]);
    let forms: Vec<&str> = read
        .iter()
        .map(|article| article["format"].as_str().unwrap())
        .collect();
    assert_eq!(forms, ["mail", "PDF", "html", "text"]);
    assert_eq!(read[3]["article"]["encoding"], "shift_jis");
    let note = read[0]["notes"][0].as_str().unwrap();
    assert_eq!(
        note,
        "2 files inside are not read: logo.png (image/png); files.zip (a ZIP archive); --archives reads what is in it"
    );
    let read = articles(&folder, &["docs/a.eml", "--archives"]);
    assert_eq!(rows(&read)[4], "files.zip@note.txt");
    let read = articles(&folder, &["docs/b.eml"]);
    assert_eq!(rows(&read)[..3], ["", "part-3.eml", "part-3.eml@pages.pdf"]);

    folder.tane(["index", "docs"]).ok();
    let found = folder
        .tane(["query", "--json", "When was the tide high?"])
        .json();
    let id = found["results"][0]["article"]["id"].as_str().unwrap();
    assert!(id.ends_with("tide.html"), "{id}");
    assert!(
        folder
            .tane(["show", "docs/a.eml@tide.html"])
            .ok()
            .contains("high at noon")
    );
    assert!(
        folder
            .tane(["show", "docs/a.eml"])
            .ok()
            .contains("third stone")
    );
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}

#[test]
fn mailboxes_are_mails_and_each_has_its_name() {
    let folder = Folder::new(&[]);
    let second = mail(
        "Content-Type: text/plain\r\n",
        b"It goes on.\r\n>From here the road is bad.\r\n",
    );
    let mailbox = [
        b"From a@example.jp Sat Oct 31 10:00:00 2026\r\n".to_vec(),
        with_files("one@example.jp"),
        b"\r\nFrom b@example.jp Sat Oct 31 11:00:00 2026\r\n".to_vec(),
        second,
        b"\r\nFrom c@example.jp Sat Oct 31 12:00:00 2026\r\n".to_vec(),
        with_files("one@example.jp"),
    ];
    folder.write("docs/in.mbox", mailbox.concat());
    let read = articles(&folder, &["docs/in.mbox"]);
    assert_eq!(
        rows(&read),
        [
            "one@example.jp",
            "one@example.jp/pages.pdf",
            "one@example.jp/tide.html",
            "one@example.jp/資料.txt",
            "2",
            "one@example.jp~2",
            "one@example.jp/pages.pdf~2",
            "one@example.jp/tide.html~2",
            "one@example.jp/資料.txt~2",
        ]
    );
    assert!(text(&read[4]).contains("From here the road is bad."));
    assert_eq!(read[0]["notes"].as_array().unwrap().len(), 1);
    assert_eq!(read[4]["format"], "mbox");
    folder.tane(["index", "docs"]).ok();
    let shown = folder.tane(["show", "docs/in.mbox@one@example.jp"]).ok();
    assert!(shown.contains("third stone"), "{shown}");
    let few = folder
        .tane(["passages", "docs/in.mbox", "--max-articles", "5"])
        .fails(2);
    assert!(few.contains("--max-articles"), "{few}");
}

#[test]
fn one_version_of_a_text_is_read_and_the_rest_is_listed() {
    let folder = Folder::new(&[]);
    let versions = |plain: &str, html: &str| {
        let parts = [
            part("Content-Type: text/plain", plain.as_bytes()),
            part("Content-Type: text/html", html.as_bytes()),
            b"--B--\r\n".to_vec(),
        ];
        mail(
            "Content-Type: multipart/alternative; boundary=B\r\n",
            &parts.concat(),
        )
    };
    let long = "The ferry to the island leaves the northern pier at seven. ".repeat(4);
    folder.write(
        "a.eml",
        versions(&long, &format!("<p>{long}</p><p>It costs nothing.</p>")),
    );
    folder.write(
        "b.eml",
        versions("Open this in a browser.", &format!("<p>{long}</p>")),
    );
    let listed = |read: &Value| {
        let omitted = read["omitted"].as_array().unwrap().iter();
        let found = omitted.filter(|omitted| omitted["reason"] == "version");
        found
            .map(|omitted| omitted["text"].as_str().unwrap().to_owned())
            .collect::<String>()
    };
    let first = articles(&folder, &["a.eml"]).remove(0);
    assert_eq!(listed(&first), "It costs nothing.");
    assert!(!text(&first).contains("It costs nothing."));
    let second = articles(&folder, &["b.eml"]).remove(0);
    assert_eq!(listed(&second), "Open this in a browser.");
    assert!(text(&second).contains("northern pier"));
}

#[test]
fn saved_pages_have_their_address() {
    let folder = Folder::new(&[]);
    let page = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/tide\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
                Content-Type: multipart/related; type=\"text/html\"; boundary=B\r\n\r\n";
    let html = part(
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: https://example.org/tide",
        "<html><head><meta charset=3D\"utf-8\"><title>The tide</title></head><body><nav>Home</nav><p>=E6=BD=AE=E3=81=AF=E9=AB=98=E3=81=84=E3=80=82</p></body></html>".as_bytes(),
    );
    let style = part(
        "Content-Type: text/css\r\nContent-Location: https://example.org/a.css",
        b"p {}",
    );
    folder.write(
        "page.mht",
        [page.as_bytes(), &html, &style, b"--B--\r\n"].concat(),
    );
    let read = articles(&folder, &["page.mht"]).remove(0);
    assert_eq!(
        (&read["format"], &read["article"]["title"]),
        (&"MHTML".into(), &"The tide".into())
    );
    assert_eq!(read["article"]["source_url"], "https://example.org/tide");
    assert_eq!(text(&read).trim(), "潮は高い。");
    assert_eq!(read["notes"].as_array().unwrap().len(), 0);
}

/// Japanese in bytes of a code page and in Unicode, with what programs write around it.
fn letter() -> Vec<u8> {
    let hex: String = encoded("shift_jis", "潮の高さは表のとおりです。")
        .iter()
        .map(|byte| format!("\\'{byte:02x}"))
        .collect();
    let units: String = "次の船は七時です。"
        .encode_utf16()
        .map(|unit| format!("\\u{} ?", unit.cast_signed()))
        .collect();
    format!(
        "{{\\rtf1\\ansi\\ansicpg932\\deff0{{\\fonttbl{{\\f0\\fcharset128 Mincho;}}}}{{\\info{{\\title Tides}}{{\\author Ken}}}}{{\\*\\generator x;}}\
         \\pard\\outlinelevel0 Harbour\\par\\pard {hex}\\par {units}{{\\footnote A note on ferries.}}\\par}}"
    )
    .into_bytes()
}

#[test]
fn rtf_is_read_whatever_it_is_called() {
    let folder = Folder::new(&[]);
    for name in ["a.rtf", "a.doc", "a.txt"] {
        folder.write(name, letter());
        let read = articles(&folder, &[name]).remove(0);
        assert_eq!(
            (&read["format"], &read["article"]["title"]),
            (&"RTF".into(), &"Tides".into())
        );
        let text = text(&read);
        for words in [
            "潮の高さは表のとおりです。",
            "次の船は七時です。",
            "A note on ferries.",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains("Mincho") && !text.contains("rtf1"), "{text}");
    }
    folder.write("short.rtf", "{\\rtf1 Hi}");
    assert_eq!(text(&articles(&folder, &["short.rtf"])[0]).trim(), "Hi");
    folder.write("empty.rtf", "{\\rtf1}");
    let told = folder.tane(["passages", "empty.rtf"]).fails(2);
    assert!(told.contains("an RTF document without text"), "{told}");
}

#[test]
fn damaged_mails_and_letters_are_all_accounted_for() {
    let folder = Folder::new(&[]);
    let whole = [with_files("one@example.jp"), letter()];
    let names = ["eml", "rtf"];
    for number in 0..60 {
        let kind = number % 2;
        let bytes = crate::archives::damaged(&whole[kind], number as u32);
        folder.write(&format!("docs/{number}.{}", names[kind]), bytes);
    }
    let report = folder.tane(["index", "docs", "--json"]).json();
    let unread: std::collections::HashSet<&str> = ["skipped", "failed"]
        .iter()
        .flat_map(|list| report[list].as_array().unwrap())
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert!(!report.to_string().contains("reader failed"), "{report}");
    let found = folder.tane(["status", "--json"]).json();
    assert!(
        found["articles"].as_u64().unwrap() + unread.len() as u64 >= 60,
        "{report}"
    );
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}
