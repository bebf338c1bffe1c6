//! Runs the program, and the fixtures that tests share.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A run of the program to be described, then made.
#[must_use]
pub struct Tane {
    command: Command,
    stdin: Vec<u8>,
}

/// What a run left.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Tane {
    pub fn new<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tane"));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let ours = name.starts_with("TANE_") && name != "TANE_KERNEL";
            if ours || name.starts_with("HF_") {
                command.env_remove(name);
            }
        }
        command
            .args(args)
            .current_dir(HOME.path())
            .env("HOME", HOME.path())
            .env("XDG_CONFIG_HOME", HOME.path().join("config"))
            .env("XDG_CACHE_HOME", HOME.path().join("cache"));
        Self {
            command,
            stdin: Vec::new(),
        }
    }

    pub fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    pub fn spawn(mut self) -> Child {
        self.command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut pipe = child.stdin.take().expect("stdin is piped");
        let bytes = self.stdin;
        std::thread::spawn(move || {
            let _ = pipe.write_all(&bytes);
        });
        child
    }

    pub fn run(self) -> Ran {
        let output = self.spawn().wait_with_output().expect("the program ends");
        let ran = Ran {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        ran
    }

    /// Succeeds and prints text.
    #[track_caller]
    pub fn ok(self) -> String {
        let ran = self.run();
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        String::from_utf8(ran.stdout).expect("text")
    }

    /// Succeeds and prints one JSON value.
    #[track_caller]
    pub fn json(self) -> Value {
        serde_json::from_str(&self.ok()).expect("JSON")
    }

    /// Fails with an exit code; the message.
    #[track_caller]
    pub fn fails(self, code: i32) -> String {
        let ran = self.run();
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        ran.stderr
    }
}

/// Ctrl-C for a run that was spawned.
pub fn interrupt(child: &Child) {
    signal(child, "-INT");
}

/// Asks a program to end, as the system does when it shuts down.
pub fn terminate(child: &Child) {
    signal(child, "-TERM");
}

fn signal(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let told = Command::new("kill").args([signal, &id]).status();
    assert!(told.expect("kill starts").success());
}

/// A home without configuration.
static HOME: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

/// An index of the five articles, built once for all tests; in f32, so that ranks that hang on the third
/// decimal are the same on every CPU.
pub fn seeds_index() -> &'static Path {
    static INDEX: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let index = dir.path().join("index");
        Tane::new(["index", "--index"])
            .arg(&index)
            .arg("seeds")
            .env("TANE_PRECISION", "f32")
            .dir(repository())
            .ok();
        (dir, index)
    });
    &INDEX.1
}

impl Tane {
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// A command on the index of the five articles, run in the repository.
    pub fn on_seeds<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Self {
        Self::new(args)
            .arg("--index")
            .arg(seeds_index())
            .env("TANE_PRECISION", "f32")
            .dir(repository())
    }
}

/// A folder with a few short files, and an index folder beside it.
pub struct Folder {
    dir: TempDir,
}

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self {
            dir: tempfile::tempdir().expect("a temporary folder"),
        };
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.path().join(name)).expect("a file to remove");
    }

    /// A command in this folder, on the index `ix` in it.
    pub fn tane<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Tane {
        Tane::new(args).arg("--index").arg("ix").dir(self.path())
    }
}

/// Three short articles in two languages.
pub const ARTICLES: [(&str, &str); 3] = [
    (
        "docs/cats.txt",
        "猫の暮らし\n\n猫は一日の大半を眠って過ごす。夜になると狩りに出かける。\n",
    ),
    (
        "docs/rail.txt",
        "The first railway between the two cities opened in 1872. It carried mail and passengers.\n",
    ),
    (
        "docs/soup.txt",
        "Soup of the day\n\nBoil the onions for twenty minutes. Add salt at the end.\n\nSource: https://example.com/soup\n",
    ),
];

/// A manifest whose checksum is right again.
pub fn resigned(manifest: &str) -> String {
    let (head, tail) = manifest.split_once("\"check\": \"").expect("a manifest");
    let zeroed = format!("{head}\"check\": \"{}{}", "0".repeat(64), &tail[64..]);
    let check = blake3::hash(zeroed.as_bytes()).to_hex();
    zeroed.replacen(&"0".repeat(64), &check, 1)
}

/// A manifest in which the halves of the first canary's vector are swapped: another model's index under this name.
pub fn with_another_canary(manifest: &str) -> String {
    const HALF: usize = 4 * 384;
    let start = manifest.find("\"vector\": \"").expect("a canary") + 11;
    let (head, rest) = manifest.split_at(start);
    let (first, rest) = rest.split_at(HALF);
    let (second, tail) = rest.split_at(HALF);
    resigned(&format!("{head}{second}{first}{tail}"))
}

/// Articles of a report of `tane index`, and files that it names as not read.
pub fn accounted(report: &Value) -> usize {
    let unread = ["skipped", "failed"]
        .iter()
        .map(|list| report[list].as_array().unwrap().len());
    let unread: usize = unread.sum();
    report["articles"].as_u64().unwrap() as usize + unread
}
