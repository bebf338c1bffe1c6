//! Help, hints and man pages.

use crate::support::{ARTICLES, Folder, Tane};

const COMMANDS: [&str; 19] = [
    "index",
    "query",
    "show",
    "open",
    "similar",
    "map",
    "status",
    "verify",
    "passages",
    "pack",
    "unpack",
    "merge",
    "embed",
    "models",
    "eval",
    "serve",
    "mcp",
    "completions",
    "man",
];

/// The groups of a help text, each with the options in it.
fn groups(help: &str) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for line in help.lines() {
        if let Some(group) = line.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
            groups.push((group.to_owned(), Vec::new()));
        }
        let option = line.trim_start();
        if option.starts_with('-')
            && let Some(long) = option
                .split(&[' ', ','])
                .find(|word| word.starts_with("--"))
            && let Some((_, options)) = groups.last_mut()
        {
            options.push(long.to_owned());
        }
    }
    groups
}

#[test]
fn every_option_is_in_one_group_and_the_groups_are_in_order() {
    let order = [
        "Commands",
        "Arguments",
        "What to index",
        "How to read files",
        "How to search",
        "How to run",
        "Filters",
        "Output",
        "Who may ask",
        "Model and machine",
        "Global options",
        "Examples",
    ];
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let help = Tane::new([command, flag]).ok();
            let found = groups(&help);
            let places: Vec<usize> = found
                .iter()
                // Lines of other text may end as a group begins.
                .filter(|(group, options)| !options.is_empty() || order.contains(&group.as_str()))
                .filter(|(group, _)| group != "Possible values")
                .map(|(group, _)| {
                    let place = order.iter().position(|known| known == group);
                    place.unwrap_or_else(|| panic!("{command}: {group}"))
                })
                .collect();
            let search_then_run = command != "eval";
            assert!(
                !search_then_run || places.is_sorted(),
                "{command} {flag}: {found:?}"
            );
            let mut options: Vec<&String> = found.iter().flat_map(|(_, list)| list).collect();
            let count = options.len();
            options.sort();
            options.dedup();
            assert_eq!(options.len(), count, "{command} {flag}: an option twice");
            assert!(help.contains("--index <DIR>") && help.contains("-h, --help"));
        }
    }
    let query = groups(&Tane::new(["query", "-h"]).ok());
    let filters = query.iter().find(|(group, _)| group == "Filters").unwrap();
    assert_eq!(filters.1[..2], ["--article", "--lang"]);
}

#[test]
fn every_command_is_tested_here() {
    let help = Tane::new(["--help"]).ok();
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let lines = commands.lines().take_while(|line| line.starts_with("  "));
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let mut names: Vec<&str> = names.filter(|name| !["", "help"].contains(name)).collect();
    names.sort_unstable();
    let mut known = COMMANDS.to_vec();
    known.sort_unstable();
    assert_eq!(names, known);
}

#[test]
fn long_help_ends_with_examples() {
    for command in COMMANDS
        .iter()
        .filter(|command| !["verify", "models"].contains(*command))
    {
        let help = Tane::new([command, "--help"]).ok();
        let (_, examples) = help.split_once("\nExamples:\n").expect(command);
        assert!(examples.contains("  tane "), "{command}: {examples}");
        // A terminal of 80 columns shows each on one line.
        let widest = examples.lines().map(|line| line.chars().count()).max();
        assert!(widest < Some(80), "{command}: {examples}");
        assert!(!Tane::new([command, "-h"]).ok().contains("Examples:"));
    }
}

#[test]
fn without_a_command_it_says_what_to_do_next() {
    let folder = Folder::new(&ARTICLES);
    let said = folder.tane(&[] as &[&str]).fails(2);
    assert_eq!(said.lines().count(), 5, "{said}");
    assert!(
        said.contains("tane index FOLDER") && said.contains("first"),
        "{said}"
    );
    folder.tane(["index", "docs"]).ok();
    let ran = folder.tane(&[] as &[&str]).run();
    assert_eq!((ran.code, ran.stdout.as_slice()), (Some(2), &b""[..]));
    assert!(ran.stderr.contains("refresh the index"), "{}", ran.stderr);
}

#[test]
fn wrong_names_get_a_hint() {
    let folder = Folder::new(&[("notes/a.txt", "A note.\n")]);
    for (given, hint) in [
        (&["serach", "x"][..], "`tane query \"QUESTION\"`"),
        (&["search", "x"], "`tane query \"QUESTION\"`"),
        (&["ask"], "`tane query \"QUESTION\"`"),
        (&["find", "x"], "`tane query \"QUESTION\"`"),
        (&["ls"], "`tane status --articles`"),
        (&["list"], "`tane status --articles`"),
        (&["remove", "x"], "`tane index --remove ROOT`"),
        (&["cat", "x"], "`tane show ID`"),
        (&["quary"], "'query'"),
        (&["statsu"], "'status'"),
        (&["who said it?"], "tane query 'who said it?'"),
        (&["notes"], "tane index notes"),
        (&["query", "x", "--limt", "3"], "'--limit'"),
        (&["query", "x", "--top-k", "3"], "'--limit'"),
        (&["query", "x", "-k", "3"], "'--limit'"),
        (&["query", "x", "--threshold", "0.5"], "'--min-confidence'"),
        (&["query", "x", "--exclude", "y"], "'--not'"),
        (&["index", "--ignore", "y"], "'--exclude'"),
        (&["status", "--db", "y"], "'--index'"),
        (&["--limit", "3", "query", "x"], "query --limit"),
    ] {
        let said = Tane::new(given).dir(folder.path()).fails(2);
        assert!(
            said.contains("tip: ") && said.contains(hint),
            "{given:?}: {said}"
        );
    }
    // What is like nothing gets no advice.
    let said = Tane::new(["xylophone"]).fails(2);
    assert!(!said.contains("tip: "), "{said}");
}

#[test]
fn a_man_page_for_every_command() {
    let folder = Folder::new(&[]);
    let dir = folder.path().join("new/man1");
    let said = Tane::new(["man"])
        .arg(&dir)
        .env("SOURCE_DATE_EPOCH", "86400")
        .ok();
    let pages = std::fs::read_dir(&dir).unwrap().count();
    assert!(said.starts_with(&format!("{pages} man pages")), "{said}");
    for command in COMMANDS.iter().chain(&["models-pull"]) {
        let page = std::fs::read_to_string(dir.join(format!("tane-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
    }
    let page = std::fs::read_to_string(dir.join("tane-query.1")).unwrap();
    for part in [".SH FILTERS", "TANE_LIMIT", ".SH EXAMPLES\n.nf\ntane query"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(
        page.starts_with(".TH TANE-QUERY 1 1970-01-02 \"tane "),
        "{page}"
    );
    // mandoc warns of these.
    assert!(!page.contains(" \n") && !page.contains("\n\n"), "{page}");
    let quiet = Tane::new(["man", "-q"]).arg(&dir).ok();
    assert_eq!(quiet, "");
}

#[test]
fn the_long_version_says_what_a_report_needs() {
    let short = Tane::new(["-V"]).run();
    let version = format!("tane {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&short.stdout), version);
    let long = Tane::new(["--version"])
        .env("TANE_KERNEL", "portable")
        .run();
    let long = String::from_utf8_lossy(&long.stdout).into_owned();
    assert!(long.starts_with(&version), "{long}");
    let names: Vec<&str> = long
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(
        names,
        ["commit", "system", "kernel", "features", "model", "index"],
        "{long}"
    );
    assert!(long.contains("kernel    portable\n"), "{long}");
    assert!(long.contains("index     format 3\n"), "{long}");
}
