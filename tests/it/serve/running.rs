//! How a server starts, who may reach it, what it logs, and how it ends.

use std::io::Read;
use std::time::Duration;

use serde_json::{Value, json};

use super::server::{Server, ready};
use crate::support::{Folder, Tane, interrupt, terminate};

#[test]
fn it_ends_when_it_is_told_to() {
    let mut server = Server::on_seeds();
    interrupt(&server.child);
    assert_eq!(server.child.wait().unwrap().code(), Some(130));
    let mut server = Server::on_seeds();
    terminate(&server.child);
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn other_machines_need_a_token() {
    let told = Tane::on_seeds(["serve", "--listen", "0.0.0.0:0"]).fails(2);
    assert!(
        told.contains("--token-file") && told.contains("TANE_TOKEN"),
        "{told}"
    );
    let folder = Folder::new(&[("token", " \n"), ("good", "secret\n")]);
    let told = folder.tane(["serve", "--token-file", "token"]).fails(2);
    assert!(told.contains("token: expected a token"), "{told}");
    let told = Tane::on_seeds(["serve", "--token-file", "none"]).fails(2);
    assert!(told.contains("cannot read none"), "{told}");
    let told = folder.tane(["serve", "--token-file", "good"]).fails(2);
    assert!(told.contains("no index at"), "{told}");
    let good = folder.path().join("good");
    let server = Server::start(
        Tane::on_seeds(["serve", "--quiet"])
            .arg("--token-file")
            .arg(good),
    );
    let headers = [("Authorization", "Bearer secret")];
    assert_eq!(
        server.request("GET", "/v1/models", &headers, b"").status,
        200
    );
    assert_eq!(server.get("/v1/models").status, 401);
    // The page can be loaded, to ask for the token; what it asks for cannot.
    let browser = [("Accept", "text/html,*/*;q=0.8")];
    assert_eq!(server.request("GET", "/", &browser, b"").status, 200);
    assert_eq!(server.get("/page/main.js").status, 200);
    assert_eq!(server.get("/api/v1/map").status, 401);
    assert_eq!(server.get("/api/v1/matrix").status, 401);
    let taken = server.address.to_string();
    let told = Tane::on_seeds(["serve", "--listen", &taken]).fails(2);
    assert!(told.contains(&taken) && told.contains("--listen"), "{told}");
    let told = Tane::on_seeds(["serve", "--allow-host", "tane.example:80"]).fails(2);
    assert!(told.contains("a name or an address alone"), "{told}");
}

#[test]
fn a_taken_port_gives_way_to_the_next() {
    let mut children = [(); 2].map(|()| Tane::on_seeds(["serve", "--quiet"]).spawn());
    let ports: Vec<u16> = children
        .iter_mut()
        .map(|child| ready(child).port())
        .collect();
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_ne!(ports[0], ports[1]);
    assert!(
        ports.iter().all(|port| (8263..=8283).contains(port)),
        "{ports:?}"
    );
}

#[test]
fn requests_are_logged_without_what_was_asked() {
    let mut server = Server::start(Tane::on_seeds(["serve"]));
    server.get("/api/v1/article?id=secret-name");
    server.post("/api/v1/query", &json!({"query": "secret question"}));
    // The log has a thread of its own.
    std::thread::sleep(Duration::from_secs(1));
    server.child.kill().unwrap();
    let mut log = String::new();
    server
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert_eq!(
        (&lines[0]["status"], &lines[0]["path"]),
        (&json!(404), &json!("/api/v1/article"))
    );
    assert_eq!(
        (&lines[1]["status"], &lines[1]["method"]),
        (&json!(200), &json!("POST"))
    );
    assert!(
        lines
            .iter()
            .all(|line| line["ms"].is_number() && line["time"].is_string())
    );
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let mut server = Server::start(Tane::on_seeds(["serve"]));
    // More lines than a pipe holds.
    for _ in 0..1500 {
        assert_eq!(server.get("/healthz").status, 200);
    }
    terminate(&server.child);
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}
