//! `tane index --watch`.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Folder, interrupt};

/// A watching run, and the lines that it prints.
struct Watching {
    child: Child,
    reports: Receiver<String>,
    complaints: Receiver<String>,
}

impl Watching {
    fn start(folder: &Folder, args: &[&str]) -> Self {
        let mut child = folder
            .tane(["index", "--watch", "--json"])
            .args(args)
            .spawn();
        let reports = lines(child.stdout.take().unwrap());
        let complaints = lines(child.stderr.take().unwrap());
        Self {
            child,
            reports,
            complaints,
        }
    }

    /// The next report.
    #[track_caller]
    fn report(&self) -> Value {
        let line = self.reports.recv_timeout(Duration::from_secs(60));
        serde_json::from_str(&line.expect("a report")).unwrap()
    }

    /// Ctrl-C; the exit code, and what was printed since.
    fn end(mut self) -> (Option<i32>, Vec<String>) {
        interrupt(&self.child);
        let code = self.child.wait().unwrap().code();
        (code, self.reports.iter().collect())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn lines(from: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}

#[test]
fn a_watched_folder_is_refreshed_when_it_changes() {
    let folder = Folder::new(&[("docs/rail.txt", "The railway was closed in 1964.\n")]);
    folder.write("notes.txt", "A note on lighthouses.\n");
    let watching = Watching::start(&folder, &["docs", "notes.txt"]);
    assert_eq!(watching.report()["articles"], 2);

    folder.write("docs/deep/ferry.txt", "The ferry runs twice a day.\n");
    let report = watching.report();
    assert_eq!(
        (&report["articles"], &report["embedded"]),
        (&3.into(), &1.into())
    );
    let found = folder.tane(["query", "--json", "ferry"]).json();
    assert_eq!(
        found["results"][0]["article"]["path"],
        "docs/deep/ferry.txt"
    );

    // As editors write: another file takes the place of the old.
    folder.write("notes.new", "A note on windmills.\n");
    std::fs::rename(
        folder.path().join("notes.new"),
        folder.path().join("notes.txt"),
    )
    .unwrap();
    assert_eq!(watching.report()["embedded"], 1);

    std::fs::remove_file(folder.path().join("docs/rail.txt")).unwrap();
    let report = watching.report();
    assert_eq!(
        (&report["articles"], &report["removed"]),
        (&2.into(), &1.into())
    );

    // What changes no article is not told.
    folder.write("docs/deep/.hidden", "Nothing to see.\n");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(watching.end(), (Some(130), Vec::new()));
}

#[test]
fn a_root_that_goes_away_is_waited_for() {
    let folder = Folder::new(&[("docs/rail.txt", "The railway was closed in 1964.\n")]);
    let watching = Watching::start(&folder, &["docs"]);
    assert_eq!(watching.report()["articles"], 1);
    let (docs, away) = (folder.path().join("docs"), folder.path().join("away"));
    std::fs::rename(&docs, &away).unwrap();
    let told = |what: &str| {
        let next = || watching.complaints.recv_timeout(Duration::from_secs(60));
        while !next().expect("a complaint").contains(what) {}
    };
    told("docs");
    folder.tane(["query", "railway"]).ok();
    folder.write("away/ferry.txt", "The ferry runs twice a day.\n");
    std::fs::rename(&away, &docs).unwrap();
    assert_eq!(watching.report()["articles"], 2);
    // It is watched again.
    folder.write("docs/mill.txt", "The mill stands by the river.\n");
    assert_eq!(watching.report()["articles"], 3);
    assert_eq!(watching.end().0, Some(130));
}
