//! Hostile files and trees: the run ends, memory stays bounded, every file is accounted for, the index is sound.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::Folder;

const MOST_MB: u64 = 500;
const SENTENCE: &str = "The mill by the river grinds rye for the whole valley.";
const JAPANESE: &str = "種をまく人は、春になると畑に出る。土は黒く、風はまだ冷たい。";

/// Files by name; most of them are no article, all of them are somebody's file.
fn files() -> Vec<(String, Vec<u8>)> {
    let text = |text: String| text.into_bytes();
    let sjis = || encoding_rs::SHIFT_JIS.encode(JAPANESE).0.into_owned();
    let utf16 = || {
        JAPANESE
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let deep =
        |open: &str, close: &str, n: usize| text(format!("{}x{}", open.repeat(n), close.repeat(n)));
    let lol: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let mut files: Vec<(&str, Vec<u8>)> = vec![
        ("empty.txt", Vec::new()),
        ("spaces.txt", text(" \t\n".repeat(5000))),
        ("one-line.txt", text("a".repeat(300 << 20))),
        ("long-line.txt", text("種".repeat(2 << 20))),
        ("long-words.txt", text(format!("{} ", "x".repeat(5000)).repeat(400))),
        ("stops.txt", text("。".repeat(300_000))),
        ("quotes.txt", text("「".repeat(200_000))),
        ("unclosed.txt", text(format!("「{}", JAPANESE.repeat(2000)))),
        ("newlines.txt", text("\n".repeat(1_000_000))),
        ("returns.txt", text("line\r".repeat(20_000))),
        ("combining.txt", text(format!("a{}", "\u{301}".repeat(200_000)))),
        ("zwj.txt", text("👩\u{200d}".repeat(50_000))),
        ("bidi.txt", text(format!("\u{202e}{SENTENCE}\u{2066}"))),
        ("nul.txt", b"text\0text".to_vec()),
        ("nul-late.txt", [SENTENCE.as_bytes(), b"\0"].concat()),
        ("invalid.txt", [SENTENCE.as_bytes(), b"\xff\xfe\xfa"].concat()),
        ("half.txt", JAPANESE.as_bytes()[..JAPANESE.len() - 1].to_vec()),
        ("surrogate.txt", [b"\xed\xa0\x80".as_slice(), SENTENCE.as_bytes()].concat()),
        ("overlong.txt", [b"\xc0\xaf".as_slice(), SENTENCE.as_bytes()].concat()),
        ("sjis.txt", sjis()),
        ("mixed.txt", [sjis(), JAPANESE.as_bytes().to_vec()].concat()),
        ("utf16.txt", [vec![0xff, 0xfe], utf16()].concat()),
        ("utf16-odd.txt", [vec![0xff, 0xfe], utf16(), vec![0x30]].concat()),
        ("utf16-bare.txt", utf16()),
        ("bom-only.txt", b"\xef\xbb\xbf".to_vec()),
        ("boms.txt", "\u{feff}".repeat(1000).into_bytes()),
        ("escapes.txt", text(format!("\x1b]0;title\x07\x1b[2J{SENTENCE}"))),
        ("controls.txt", (1..32u8).cycle().take(4000).collect()),
        ("noise.bin", (0..100_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()),
        ("noise.txt", (0..100_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 1).collect()),
        ("zip.txt", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()),
        ("png.md", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("tags.html", text(format!("<html>{}", "<div>".repeat(100_000)))),
        ("tags-closed.html", deep("<b>", "</b>", 100_000)),
        ("paragraphs.html", text(format!("<html><body>{}", format!("<p>{SENTENCE}").repeat(3000)))),
        ("attributes.html", text(format!("<html><p {}>x", "a=1 ".repeat(50_000)))),
        ("unclosed.html", text(format!("<html><body><p>{SENTENCE}<!--"))),
        ("script.html", text(format!("<html><script>{}</script>{SENTENCE}", "x<y;".repeat(10_000)))),
        ("no-page.html", text("just a line in a file with that name\n".to_owned())),
        ("lol.xml", text(format!("<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY l0 \"lol\">{lol}]><rss version=\"2.0\"><channel><title>&l9;</title></channel></rss>"))),
        ("deep.xml", text(format!("<?xml version=\"1.0\"?><rss version=\"2.0\">{}", "<a>".repeat(100_000)))),
        ("entity.xml", text("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><rss version=\"2.0\"><channel><item><title>&e;</title></item></channel></rss>".to_owned())),
        ("deep.ipynb", text(format!("{{\"cells\":{}", "[".repeat(100_000)))),
        ("cut.ipynb", text("{\"cells\":[{\"cell_type\":\"markdown\",\"source\":[\"a".to_owned())),
        ("odd.ipynb", text("{\"cells\":[{\"cell_type\":\"markdown\",\"source\":\"A cell of text.\"}]}".to_owned())),
        ("deep.jsonl", text(format!("{{\"text\":{}\n{{}}\n", "[".repeat(100_000)))),
        ("cut.jsonl", text(format!("{{\"text\":\"{SENTENCE}\"}}\n{{\"text\":\"cut"))),
        ("empty.jsonl", text("{}\n{}\n".to_owned())),
        ("ids.jsonl", text(format!("{{\"id\":\"../../x\",\"text\":\"{SENTENCE}\"}}\n{{\"id\":\"../../x\",\"text\":\"Again.\"}}\n"))),
        ("ragged.csv", text("a,b\n1\n1,2,3,4\n\"unclosed".to_owned())),
        ("columns.csv", text(format!("{}\n1\n", "c,".repeat(20_000)))),
        ("nested.md", text(format!("{}x", "> ".repeat(50_000)))),
        ("lists.md", text((0..3000).map(|n| format!("{}- x\n", " ".repeat(n % 300))).collect())),
        ("emphasis.md", text("*a_".repeat(50_000))),
        ("links.md", text("[".repeat(50_000))),
        ("fence.md", text(format!("```\n{}", "x\n".repeat(50_000)))),
        ("matter.md", text(format!("---\na: &a [x]\nb: {}\n---\n{SENTENCE}\n", "*a".repeat(3)))),
        ("bomb.md", text(format!("---\na: &a [{0}]\nb: &b [{1}]\nc: &c [{2}]\nd: [{3}]\n---\n{SENTENCE}\n", "x,".repeat(9), "*a,".repeat(9), "*b,".repeat(9), "*c,".repeat(9)))),
        ("ruby.txt", text(format!("｜{}《", "漢".repeat(100_000)))),
        ("captions.srt", text(format!("1\n00:00:01,000 --> 00:00:02,000\n{SENTENCE}{}\n\n{}", "<a".repeat(50_000), "2\n00:00:01,000 --> 0\n\n".repeat(20_000)))),
        ("shortcodes.md", text(format!("{SENTENCE}\n\n{}", "{{< {% :::".repeat(50_000)))),
        ("table.txt", text("|".repeat(300_000))),
        ("rule.txt", text("-".repeat(300_000))),
        ("urls.txt", text("https://a.b/ ".repeat(30_000))),
        ("good.txt", text(format!("{SENTENCE}\n"))),
    ];
    files.push(("dir.txt/inside.txt", text(format!("{SENTENCE}\n"))));
    let mut files: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(n, b)| (n.to_owned(), b)).collect();
    for name in [
        "new\nline.txt",
        "esc\u{1b}[31mape.txt",
        "-rf.txt",
        "a b'\"$`;.txt",
        "\u{202e}txt.exe",
        "tab\t.txt",
    ] {
        files.push((name.to_owned(), text(format!("{name:?}: {SENTENCE}\n"))));
    }
    files.push((
        format!("{}.txt", "n".repeat(251)),
        text(format!("{SENTENCE}\n")),
    ));
    files
}

/// Most memory that a process had until it ended, in MB, and what it printed.
fn watched(mut command: Command) -> (u64, std::process::Output) {
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                let text = std::fs::read_to_string(&status).unwrap_or_default();
                let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let kb = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
                most = most.max(kb.unwrap_or(0) / 1000);
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            most
        });
        let output = child.wait_with_output().unwrap();
        done.store(true, Ordering::Relaxed);
        (watcher.join().unwrap(), output)
    })
}

#[test]
fn a_zoo_of_hostile_files() {
    let folder = Folder::new(&[]);
    let zoo = folder.path().join("zoo");
    let files = files();
    assert!(files.len() >= 60, "{}", files.len());
    let mut expected: BTreeSet<PathBuf> = BTreeSet::new();
    for (name, bytes) in &files {
        folder.write(&format!("zoo/{name}"), bytes);
        expected.insert(zoo.join(name));
    }
    // Trees.
    symlink(&zoo, zoo.join("loop")).unwrap();
    symlink("/etc/passwd", zoo.join("out.txt")).unwrap();
    symlink("nowhere", zoo.join("dangling.txt")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(zoo.join("pipe.txt"))
            .status()
            .unwrap()
            .success()
    );
    let _socket = std::os::unix::net::UnixListener::bind(zoo.join("socket.txt")).unwrap();
    let latin = zoo.join(std::ffi::OsStr::from_bytes(b"caf\xe9.txt"));
    std::fs::write(&latin, SENTENCE).unwrap();
    let deep = (0..60).fold(zoo.clone(), |path, n| path.join(format!("d{n}")));
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("deep.txt"), SENTENCE).unwrap();
    folder.write("zoo/locked/inside.txt", SENTENCE);
    folder.write("zoo/unreadable.txt", SENTENCE);
    let modes = |mode: u32| {
        for name in ["locked", "unreadable.txt"] {
            std::fs::set_permissions(zoo.join(name), std::fs::Permissions::from_mode(mode))
                .unwrap();
        }
    };
    modes(0o000);
    for name in ["loop", "out.txt", "dangling.txt", "pipe.txt", "socket.txt"] {
        expected.insert(zoo.join(name));
    }
    expected.extend([latin, deep.join("deep.txt"), zoo.join("unreadable.txt")]);

    // One file grows while it is read, others come and go.
    let stop = AtomicBool::new(false);
    let (memory, output) = std::thread::scope(|scope| {
        scope.spawn(|| {
            let growing = zoo.join("growing.txt");
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let text = format!("{SENTENCE}\n").repeat(number % 500 + 1);
                let _ = std::fs::write(&growing, text);
                let fleeting = zoo.join(format!("fleeting{}.txt", number % 7));
                let _ = std::fs::write(&fleeting, SENTENCE);
                let _ = std::fs::remove_file(&fleeting);
            }
        });
        let mut command = Command::new(env!("CARGO_BIN_EXE_tane"));
        command
            .args(["--index", "ix", "index", "--json", "zoo"])
            .env("XDG_CACHE_HOME", folder.path().join("cache"))
            .env("XDG_CONFIG_HOME", folder.path().join("config"))
            .current_dir(folder.path());
        let watched = watched(command);
        stop.store(true, Ordering::Relaxed);
        watched
    });
    modes(0o755);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(
        !errors.contains("panicked") && !errors.contains('\u{1b}'),
        "{errors}"
    );
    assert!(memory < MOST_MB, "{memory} MB");

    // Every file is an article, skipped or failed.
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut seen: BTreeSet<PathBuf> = ["skipped", "failed"]
        .iter()
        .flat_map(|list| report[list].as_array().unwrap())
        .map(|unread| PathBuf::from(unread["path"].as_str().unwrap()))
        .collect();
    let status = folder.tane(["status", "--json", "--articles"]).json();
    for article in status["article_list"].as_array().unwrap() {
        let path = Path::new(article["path"].as_str().unwrap());
        seen.insert(folder.path().canonicalize().unwrap().join(path));
    }
    let root = zoo.canonicalize().unwrap();
    for path in expected {
        let path = root.join(path.strip_prefix(&zoo).unwrap());
        let shown = PathBuf::from(path.to_string_lossy().into_owned());
        assert!(
            seen.contains(&path) || seen.contains(&shown),
            "{path:?} is not accounted for"
        );
    }
    let verified = folder.tane(["verify", "--json"]).run();
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    let faults = verified["faults"].as_array().unwrap();
    assert!(
        faults.iter().all(|fault| fault["kind"] == "source"),
        "{faults:?}"
    );
    let found = folder
        .tane(["query", "--color", "always", "-n", "50", "rye mill"])
        .ok();
    assert!(!found.contains("\u{1b}[31m") && !found.contains("\u{1b}[2J"));
    let answer = folder.tane(["query", "--json", "種をまく人"]).json();
    assert!(
        answer["results"][0]["passage"]["text"]
            .as_str()
            .unwrap()
            .contains("種をまく人")
    );
}

#[test]
fn a_file_that_takes_too_long_is_given_up_and_the_rest_is_read() {
    let folder = Folder::new(&[("docs/rail.txt", "The first railway opened in 1872.\n")]);
    // Its encoding is guessed letter by letter: seconds of work.
    let line = encoding_rs::SHIFT_JIS.encode(JAPANESE).0.into_owned();
    folder.write("docs/slow.txt", line.repeat(50_000_000 / line.len()));
    let read = ["index", "docs", "--json", "--max-file-time", "0.1"];
    let report = folder.tane(read).json();
    assert_eq!(report["articles"], 1);
    let failed = &report["failed"][0];
    assert!(failed["path"].as_str().unwrap().ends_with("slow.txt"));
    let reason = failed["reason"].as_str().unwrap();
    assert!(reason.contains("0.1 s (--max-file-time)"), "{reason}");
    let message = folder
        .tane(["index", "docs", "--max-file-time=-1"])
        .fails(2);
    assert!(message.contains("--max-file-time"), "{message}");
}
