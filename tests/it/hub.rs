//! Models of the hub, from a server of our own: what comes, what does not, and that nothing half-downloaded is used.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::hub_server::{Manners, REVISION, Server};
use crate::support::{Tane, repository};

/// A machine with a home of its own, and the hub.
struct Machine {
    home: TempDir,
    server: Server,
}

fn fixture() -> PathBuf {
    repository().join("tests/data/models/xlm-roberta")
}

impl Machine {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let entry = "[[model]]\nname = 'small'\nhub = 'org/model'\nfamily = 'xlm-roberta'\ndimension = 64\n\
                     max_tokens = 128\npooling = 'cls'\nquery_prefix = ''\npassage_prefix = ''\nnormalize = true\n\
                     licence = 'MIT'\n";
        std::fs::write(home.path().join("models.toml"), entry).unwrap();
        Self {
            home,
            server: Server::start(&fixture()),
        }
    }

    fn tane(&self, args: &[&str]) -> Tane {
        Tane::new(args)
            .dir(self.home.path())
            .arg("--models=models.toml")
            .env("HF_HOME", self.home.path().join("hf"))
            .env("HF_ENDPOINT", &self.server.endpoint)
            .env("HF_HUB_DOWNLOAD_TIMEOUT", "1")
            .stdin("the mill by the river\n")
    }

    fn pull(&self) -> Tane {
        self.tane(&["models", "pull", "small"])
    }

    fn embed(&self) -> Tane {
        self.tane(&["embed", "--model", "small"])
    }

    fn pulls_and_embeds(&self) {
        self.pull().ok();
        let found: Value = serde_json::from_str(self.embed().ok().trim()).unwrap();
        let direct = Tane::new(["embed", "--model"])
            .arg(fixture())
            .stdin("the mill by the river\n");
        let direct: Value = serde_json::from_str(direct.ok().trim()).unwrap();
        assert_eq!(found["embedding"], direct["embedding"]);
    }

    /// A pull fails with this message, and nothing can be used.
    #[track_caller]
    fn fails(&self, expected: &str) {
        let message = self.pull().fails(2);
        assert!(message.contains(expected), "{expected}: {message}");
        let message = self.embed().fails(2);
        assert!(message.contains("tane models pull small"), "{message}");
        assert!(!self.home.path().join("models.lock").exists());
    }

    fn snapshot(&self) -> PathBuf {
        let hub = self.home.path().join("hf/hub/models--org--model");
        hub.join("snapshots").join(REVISION)
    }
}

#[test]
fn a_repository_without_the_usual_weights_says_what_its_entry_needs() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["config.json", "tokenizer.json"] {
        std::fs::copy(fixture().join(file), folder.path().join(file)).unwrap();
    }
    std::fs::copy(
        fixture().join("model.safetensors"),
        folder.path().join("model-00001-of-00001.safetensors"),
    )
    .unwrap();
    let mut machine = Machine::new();
    machine.server = Server::start(folder.path());
    machine.fails("needs `weights = \"model-00001-of-00001.safetensors\"`");
    let models = machine.home.path().join("models.toml");
    let entry = std::fs::read_to_string(&models).unwrap();
    let entry = entry.replace("'cls'", "'mean'");
    let weights = "weights = 'model-00001-of-00001.safetensors'\n";
    std::fs::write(&models, format!("{entry}{weights}")).unwrap();
    machine.pull().ok();
    machine.embed().ok();
    let listed = machine.tane(&["models", "pull", "small", "--print-files"]);
    assert!(listed.ok().contains("model-00001-of-00001.safetensors"));
}

#[test]
fn a_model_is_pulled_checked_and_recorded() {
    let machine = Machine::new();
    let message = machine.embed().fails(2);
    assert!(message.contains("tane models pull small"), "{message}");
    let pulled = machine.pull().arg("--json").json();
    assert_eq!(pulled["revision"], REVISION);
    let files: Vec<&str> = pulled["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        files,
        [
            "config.json",
            "tokenizer.json",
            "model.safetensors",
            "1_Pooling/config.json"
        ]
    );
    machine.pulls_and_embeds();
    let lock = std::fs::read_to_string(machine.home.path().join("models.lock")).unwrap();
    assert!(lock.contains(REVISION) && lock.contains("sha256"), "{lock}");
    let listed = machine.tane(&["models", "show", "small", "--json"]).json();
    assert_eq!(listed["model"]["runnable"], true);
    // All is here: what is checked again is not downloaded again.
    machine.server.behave(Manners::default());
    machine.pull().ok();
    assert_eq!(machine.server.count(), 1, "only the revision is asked for");
    // The lock stays with its revision, and offline nothing is asked.
    machine.server.behave(Manners {
        refused: (9, 500),
        ..Manners::default()
    });
    machine.embed().arg("--offline").ok();
    assert_eq!(machine.server.count(), 0);
    // Weights that were changed since are refused, with both checksums.
    let weights = machine.snapshot().join("model.safetensors");
    let mut bytes = std::fs::read(&weights).unwrap();
    bytes[5000] ^= 1;
    std::fs::write(&weights, bytes).unwrap();
    let message = machine.embed().fails(2);
    assert!(
        message.contains("SHA-256 of model.safetensors"),
        "{message}"
    );
    machine.server.behave(Manners::default());
    machine.pulls_and_embeds();
}

#[test]
fn the_lock_keeps_its_revision_until_it_is_upgraded() {
    let machine = Machine::new();
    machine.pull().ok();
    let newer = "b".repeat(40);
    machine.server.behave(Manners {
        revision: Some(newer.clone()),
        ..Manners::default()
    });
    assert_eq!(machine.pull().arg("--json").json()["revision"], REVISION);
    let upgraded = machine.pull().args(["--upgrade", "--json"]).json();
    assert_eq!(upgraded["revision"], newer.as_str());
    assert_eq!(
        machine.pull().arg("--json").json()["revision"],
        newer.as_str()
    );
    machine.pulls_and_embeds();
}

#[test]
fn a_broken_download_goes_on_where_it_broke() {
    let machine = Machine::new();
    machine.server.behave(Manners {
        broken: 2,
        ..Manners::default()
    });
    machine.pulls_and_embeds();
    let starts = machine.server.starts();
    assert!(
        starts.len() == 3 && starts[0] == 0 && starts[0] < starts[1] && starts[1] < starts[2],
        "{starts:?}"
    );

    let machine = Machine::new();
    machine.server.behave(Manners {
        broken: 3,
        ..Manners::default()
    });
    machine.fails("run it again");
    machine.server.behave(Manners::default());
    machine.pulls_and_embeds();
    assert!(machine.server.starts()[0] > 0);

    // A server that knows no ranges sends all of it once more.
    let machine = Machine::new();
    machine.server.behave(Manners {
        broken: 1,
        whole: true,
        ..Manners::default()
    });
    machine.pulls_and_embeds();
}

#[test]
fn what_is_not_what_was_promised_is_removed() {
    let machine = Machine::new();
    machine.server.behave(Manners {
        wrong: true,
        ..Manners::default()
    });
    machine.fails("was promised");
    assert!(!machine.snapshot().join("model.safetensors").exists());
    let blobs =
        std::fs::read_dir(machine.home.path().join("hf/hub/models--org--model/blobs")).unwrap();
    let names: Vec<String> = blobs
        .map(|b| b.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert!(names.iter().all(|name| name.len() != 64), "{names:?}");
    machine.server.behave(Manners::default());
    machine.pulls_and_embeds();
    // A part of something else in the place of the beginning.
    let machine = Machine::new();
    machine.server.behave(Manners {
        broken: 3,
        wrong: true,
        ..Manners::default()
    });
    machine.fails("run it again");
    machine.server.behave(Manners::default());
    machine.pulls_and_embeds();
}

#[test]
fn refusals_are_told_apart() {
    let machine = Machine::new();
    machine.server.behave(Manners {
        token: Some("secret-token".to_owned()),
        ..Manners::default()
    });
    machine.fails("HF_TOKEN");
    let wrong = machine.pull().env("HF_TOKEN", "wrong-token").fails(2);
    assert!(
        wrong.contains("401") && !wrong.contains("wrong-token"),
        "{wrong}"
    );
    machine.pull().env("HF_TOKEN", "secret-token").ok();
    machine.embed().ok();

    let machine = Machine::new();
    for (code, expected) in [
        (404, "no such repository"),
        (429, "429"),
        (503, "503"),
        (418, "418"),
    ] {
        machine.server.behave(Manners {
            refused: (9, code),
            ..Manners::default()
        });
        machine.fails(expected);
    }
    machine.server.behave(Manners {
        refused: (2, 429),
        ..Manners::default()
    });
    machine.pulls_and_embeds();

    let machine = Machine::new();
    let message = machine
        .pull()
        .env("HF_ENDPOINT", "http://127.0.0.1:9")
        .fails(2);
    assert!(message.contains("no connection to the hub"), "{message}");
    for (name, value) in [("HF_HUB_OFFLINE", "1"), ("TANE_OFFLINE", "true")] {
        let message = machine.pull().env(name, value).fails(2);
        assert!(message.contains("--print-files"), "{message}");
    }
    assert_eq!(machine.server.count(), 0);
}

#[test]
fn a_slow_server_is_waited_for_and_a_silent_one_is_not() {
    let machine = Machine::new();
    let slow = Some((Duration::from_millis(100), 20_000));
    machine.server.behave(Manners {
        slow,
        ..Manners::default()
    });
    machine.pulls_and_embeds();
    let machine = Machine::new();
    machine.server.behave(Manners {
        stalls: true,
        ..Manners::default()
    });
    machine.fails("has not answered for 1 seconds");
}

#[test]
fn strange_answers_are_errors() {
    let machine = Machine::new();
    let behaves = |manners: Manners, expected: &str| {
        machine.server.behave(manners);
        machine.fails(expected);
    };
    let text = |text: &str| Some(text.to_owned());
    behaves(
        Manners {
            revision: text("../../../x"),
            ..Manners::default()
        },
        "the hub names `../../../x`",
    );
    behaves(
        Manners {
            etag: text("../../../x"),
            ..Manners::default()
        },
        "tag `../../../x`",
    );
    behaves(
        Manners {
            etag: text("none"),
            ..Manners::default()
        },
        "no checksum",
    );
    behaves(
        Manners {
            nowhere: true,
            ..Manners::default()
        },
        "makes no sense",
    );
}

#[cfg(unix)]
#[test]
fn a_full_disk_ends_a_download_and_leaves_nothing_usable() {
    let machine = Machine::new();
    // Files of at most 64 KiB, as if the disk had no room for more.
    let script = "trap '' XFSZ; ulimit -f 128; exec \"$0\" models pull small --models models.toml";
    let limited = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_tane")])
        .current_dir(machine.home.path())
        .env("HF_HOME", machine.home.path().join("hf"))
        .env("HF_ENDPOINT", &machine.server.endpoint)
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&limited.stderr);
    assert!(message.contains("cannot keep what comes"), "{message}");
    assert_eq!(limited.status.code(), Some(2));
    machine.embed().fails(2);
    machine.pulls_and_embeds();
}

#[test]
fn files_are_brought_by_hand_where_there_is_no_network() {
    let machine = Machine::new();
    let offline = |args: &[&str]| machine.tane(args).arg("--offline");
    let listed = offline(&["models", "pull", "small", "--print-files"]).ok();
    assert_eq!(machine.server.count(), 0);
    let mut required = 0;
    for line in listed.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let url = parts[1]
            .strip_prefix(machine.server.endpoint.as_str())
            .unwrap();
        let name = url.strip_prefix("/org/model/resolve/main/").unwrap();
        required += usize::from(parts[0] == "required");
        // As if it had come on a stick.
        if fixture().join(name).exists() {
            std::fs::create_dir_all(std::path::Path::new(parts[2]).parent().unwrap()).unwrap();
            std::fs::copy(fixture().join(name), parts[2]).unwrap();
        }
    }
    assert_eq!(required, 3);
    offline(&["embed", "--model", "small"]).ok();
}
