//! The Model Context Protocol, over HTTP and over pipes.

use std::path::Path;

use serde_json::{Value, json};

use super::server::Server;
use crate::support::{ARTICLES, Folder, Tane, seeds_index};

/// What a tool of `/mcp` answers.
fn call(server: &Server, tool: &str, arguments: &Value) -> Value {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}});
    let headers = [
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", "2025-06-18"),
    ];
    let answer = server.request("POST", "/mcp", &headers, message.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["result"].clone()
}

#[test]
fn an_assistant_sees_the_passage_that_it_asks_for() {
    let sentence =
        |n: usize| format!("Sentence number {n} of this very long line says nothing much. ");
    let line: String = (0..2000).map(sentence).collect();
    let title = "long ".repeat(3000);
    let page = format!(
        "<html><head><title>{title}</title></head><body><article><p>A page about lamps and their makers.</p></article></body></html>"
    );
    let folder = Folder::new(&[
        ("docs/line.txt", &line),
        ("docs/page.html", &page),
        ARTICLES[0],
    ]);
    folder.tane(["index", "docs"]).ok();
    let server = Server::start(folder.tane(["serve", "--quiet"]));
    let found = call(
        &server,
        "search",
        &json!({"query": "sentence number 1234", "limit": 1.0, "lang": "en"}),
    );
    let passage = &found["structuredContent"]["results"][0];
    assert!(
        passage["text"].as_str().unwrap().contains("number 1234 "),
        "{found}"
    );
    let read = call(
        &server,
        "read",
        &json!({"id": passage["id"], "max_chars": 1000}),
    );
    let text = read["structuredContent"]["text"].as_str().unwrap();
    assert!(text.contains(passage["text"].as_str().unwrap()), "{text}");
    // Short, whatever the article is called.
    for (tool, arguments) in [
        ("search", json!({"query": "lamps", "max_chars": 700})),
        ("read", json!({"id": "page.html", "max_chars": 700})),
        ("list", json!({})),
    ] {
        let answer = call(&server, tool, &arguments);
        assert_eq!(answer["isError"], false, "{answer}");
        assert!(
            answer["content"][0]["text"]
                .as_str()
                .unwrap()
                .chars()
                .count()
                <= 6000
        );
        assert!(
            answer["structuredContent"].to_string().chars().count() <= 6000,
            "{answer}"
        );
    }
    // What is too long is an error that says so.
    for (tool, arguments, part) in [
        (
            "search",
            json!({"query": "a", "article": "?".repeat(200_000)}),
            "article: expected at most 1024",
        ),
        (
            "search",
            json!({"query": "a", "lang": vec!["ja"; 100]}),
            "lang: expected at most",
        ),
        (
            "read",
            json!({"id": "a".repeat(9000)}),
            "id: expected at most",
        ),
        (
            "verify_quote",
            json!({"id": "line.txt", "quote": "猫".repeat(9000)}),
            "quote: expected at most",
        ),
        ("similar", json!({"id": "none"}), "id: no article `none`"),
        (
            "search",
            json!({"query": "a", "limit": 1.5}),
            "whole number",
        ),
    ] {
        let answer = call(&server, tool, &arguments);
        let text = answer["content"][0]["text"].as_str().unwrap();
        assert!(
            answer["isError"] == true && text.starts_with(part) | text.contains(part),
            "{tool}: {text}"
        );
        assert!(
            text.len() < 3000 && !text.contains("usize"),
            "{tool}: {text}"
        );
    }
}

/// What `tane mcp` answers to these lines.
fn mcp(index: &Path, lines: &[Value]) -> Vec<Value> {
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let ran = Tane::new(["mcp", "--index"])
        .arg(index)
        .env("TANE_PRECISION", "f32")
        .stdin(input)
        .run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let out = String::from_utf8(ran.stdout).expect("text");
    out.lines()
        .map(|line| serde_json::from_str(line).expect("only the protocol"))
        .collect()
}

#[test]
fn an_assistant_is_answered_over_pipes() {
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}});
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let call = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
        "name": "search", "arguments": {"query": "ジョエル・ピノーはなぜ辞職したのか", "limit": 1}}});
    let answers = mcp(seeds_index(), &[hello.clone(), ready.clone(), call.clone()]);
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert_eq!(answers[0]["result"]["protocolVersion"], "2025-06-18");
    let instructions = answers[0]["result"]["instructions"].as_str().unwrap();
    assert!(
        instructions.contains("5 articles from seeds"),
        "{instructions}"
    );
    let result = &answers[1]["result"];
    let found = &result["structuredContent"]["results"][0];
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.contains(found["citation"].as_str().unwrap()), "{text}");
    assert_eq!(result["isError"], false);
    // Without an index it says how to make one, and makes none.
    let empty = tempfile::tempdir().unwrap();
    let index = empty.path().join("index");
    let answers = mcp(&index, &[hello, ready, call]);
    assert_eq!(answers[1]["result"]["isError"], true);
    let text = answers[1]["result"]["content"][0]["text"].as_str().unwrap();
    let build = format!(
        "build one with `tane --index {} index PATH`",
        index.display()
    );
    assert!(text.contains(&build), "{text}");
    assert!(!index.exists());
    // Closed at once, and what is no protocol.
    assert!(mcp(&index, &[]).is_empty());
}

/// A body that is sent to `/mcp`, and what comes back.
fn sent(server: &Server, body: &[u8]) -> (u16, Value) {
    let headers = [
        ("Accept", "application/json, text/event-stream"),
        ("Content-Type", "application/json"),
    ];
    let answer = server.request("POST", "/mcp", &headers, body);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    (answer.status, answer.json())
}

#[test]
fn what_is_no_message_gets_an_error_of_json_rpc() {
    let server = Server::on_seeds();
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    assert_eq!(sent(&server, ping.to_string().as_bytes()).0, 200);
    let batch = json!([ping, ping]).to_string();
    let deep = "[".repeat(200_000);
    for (body, code) in [
        ("", -32700),
        ("{", -32700),
        ("{}{}", -32700),
        ("NaN", -32700),
        (&deep, -32700),
        (&batch, -32600),
        ("[]", -32600),
        ("7", -32600),
        ("{}", -32600),
        (r#"{"jsonrpc": "2.0"}"#, -32600),
        (r#"{"jsonrpc": "1.0", "id": 1, "method": "ping"}"#, -32600),
        (r#"{"jsonrpc": "2.0", "id": {}, "method": "ping"}"#, -32600),
        (r#"{"jsonrpc": "2.0", "id": 1, "method": 7}"#, -32600),
    ] {
        let (status, answer) = sent(&server, body.as_bytes());
        let shown: String = body.chars().take(60).collect();
        assert_eq!(status, 400, "{shown}: {answer}");
        assert_eq!(answer["error"]["code"], code, "{shown}: {answer}");
        assert_eq!(answer["jsonrpc"], "2.0");
        assert_eq!(answer.get("id"), Some(&Value::Null), "{shown}");
        assert!(answer["error"]["message"].is_string(), "{answer}");
    }
    assert_eq!(sent(&server, b"{\"\xff\": 1}").1["error"]["code"], -32700);
    // So are the errors of HTTP there.
    for (method, headers, status) in [
        ("GET", vec![("Accept", "text/event-stream")], 405),
        ("DELETE", vec![], 405),
        ("PUT", vec![], 405),
        ("POST", vec![("Content-Type", "text/plain")], 415),
        ("POST", vec![("Accept", "text/html")], 406),
        ("POST", vec![("Host", "evil.example")], 403),
        ("POST", vec![("Content-Length", "99999999")], 413),
    ] {
        let body = if method == "POST" {
            ping.to_string()
        } else {
            String::new()
        };
        let answer = server.request(method, "/mcp", &headers, body.as_bytes());
        assert_eq!(answer.status, status, "{method} {headers:?}: {answer:?}");
        assert_eq!(answer.json()["error"]["code"], -32600, "{answer:?}");
    }
}

#[test]
fn lines_that_are_no_message_are_answered_over_pipes() {
    let ping = r#"{"jsonrpc": "2.0", "id": 7, "method": "ping"}"#;
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}});
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let long = "x".repeat((1 << 20) + 5);
    // The last line has no end.
    let input = format!("hello?\n{hello}\n{ready}\n{{\n\n[{ping}]\n{long}\n{ping}");
    let ran = Tane::new(["mcp", "--index"])
        .arg(seeds_index())
        .stdin(input)
        .run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let out = String::from_utf8(ran.stdout).unwrap();
    let answers: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let codes: Vec<i64> = answers
        .iter()
        .filter_map(|answer| answer["error"]["code"].as_i64())
        .collect();
    assert_eq!(codes, [-32700, -32700, -32600, -32600], "{out}");
    let wrong = answers
        .iter()
        .filter(|answer| answer.get("error").is_some());
    assert!(wrong.clone().all(|answer| answer["id"].is_null()), "{out}");
    let right: Vec<&Value> = answers
        .iter()
        .filter(|answer| answer.get("result").is_some())
        .map(|answer| &answer["id"])
        .collect();
    assert_eq!(right, [1, 7], "{out}");
}

#[test]
fn who_does_not_speak_the_protocol_is_not_kept_waiting() {
    // The pipe stays open; what comes is JSON, and no beginning of the protocol.
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tane"));
    let mut child = command
        .args(["mcp", "--index"])
        .arg(seeds_index())
        // No configuration of whoever runs the tests.
        .env_clear()
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let wrong = r#"{"jsonrpc": "2.0", "id": 1, "result": {}}"#;
    std::io::Write::write_all(&mut pipe, format!("{wrong}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(pipe);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("does not speak MCP"), "{told}");
}
