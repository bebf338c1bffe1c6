//! `tane serve` over plain sockets, so that requests can be as wrong as they come, and `tane mcp` over pipes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{ARTICLES, Folder, Tane, interrupt, repository, seeds_index};

/// A server of its own, ended with the test.
pub struct Server {
    child: Child,
    address: SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

impl Server {
    pub fn start(tane: Tane) -> Self {
        let mut child = tane.args(["--listen", "127.0.0.1:0"]).spawn();
        let address = ready(&mut child);
        Self { child, address }
    }

    fn on_seeds() -> Self {
        Self::start(Tane::on_seeds(["serve", "--quiet"]))
    }

    /// Sends bytes, closes, and reads whatever comes.
    fn send(&self, bytes: &[u8]) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        // A server that has heard enough may close before all is sent.
        let _ = stream.write_all(bytes);
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        let end = all.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8(all[..end].to_vec()).expect("a head in ASCII");
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer {
            status,
            body: all[end + 4..].to_vec(),
            head,
        })
    }

    #[track_caller]
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        let given = |name: &str| {
            headers
                .iter()
                .any(|(header, _)| header.eq_ignore_ascii_case(name))
        };
        if !given("host") {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        if !body.is_empty() && !given("content-type") {
            head.push_str("Content-Type: application/json\r\n");
        }
        if !given("content-length") && !given("transfer-encoding") {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let answer = self.send(&[head.as_bytes(), body].concat());
        answer.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], &[])
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path, &[], body.to_string().as_bytes())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the line that says where it listens.
fn ready(child: &mut Child) -> SocketAddr {
    let mut line = String::new();
    let stdout = child.stdout.take().expect("stdout is piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on http://");
    let Some(address) = address else {
        let mut told = String::new();
        let stderr = child.stderr.as_mut().expect("stderr is piped");
        stderr.read_to_string(&mut told).expect("text");
        panic!("`{line}`: {told}");
    };
    address.parse().expect("an address")
}

/// The answer but for how long it took.
fn timeless(mut answer: Value) -> Value {
    answer.as_object_mut().expect("an object").remove("took_ms");
    answer
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn it_answers_as_the_command_line_does() {
    let server = Server::on_seeds();
    let question = "ジョエル・ピノーはなぜ辞職したのか";
    let asked =
        json!({"query": question, "limit": 3, "context": 1, "explain": true, "lang": ["ja"]});
    let answer = server.post("/api/v1/query", &asked);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let line = Tane::on_seeds([
        "query",
        question,
        "-n3",
        "--context=1",
        "--explain",
        "--lang=ja",
    ]);
    let expected = timeless(line.arg("--json").json());
    assert_eq!(timeless(answer.json()), expected);
    let best = &expected["results"][0];

    let article = best["article"]["id"].as_str().unwrap();
    let answer = server.post(
        "/api/v1/similar",
        &json!({"article": article, "limit": 2, "pairs": 1.0}),
    );
    let expected = Tane::on_seeds(["similar", article, "-n2", "--pairs=1", "--json"]).json();
    assert_eq!(answer.json(), expected);
    let answer = server.post(
        "/api/v1/similar",
        &json!({"text": "メタの研究者が会社を去った。"}),
    );
    assert!(
        answer.json()["results"].as_array().unwrap().len() == 5,
        "{answer:?}"
    );

    let passage = best["passage"]["id"].as_str().unwrap();
    let answer = server.get(&format!(
        "/api/v1/passage?id={}&context=2",
        encoded(passage)
    ));
    assert_eq!(
        answer.json(),
        Tane::on_seeds(["show", passage, "--json"]).json()
    );
    let answer = server
        .get(&format!("/api/v1/article?id={}", encoded(article)))
        .json();
    let text = Tane::on_seeds(["show", article, "--text"]).ok();
    assert_eq!(answer["text"], text);
    for passage in answer["passages"].as_array().unwrap() {
        let bytes = |name: &str| passage[name].as_u64().unwrap() as usize;
        assert_eq!(
            passage["text"],
            text[bytes("start_byte")..bytes("end_byte")]
        );
    }
    let status = Tane::on_seeds(["status", "--articles", "--json"]).json();
    let answer = server.get("/api/v1/articles").json();
    assert_eq!(answer["articles"], status["article_list"]);
    assert_eq!(answer["total"], 5);
    let page = server.get("/api/v1/articles?limit=2&offset=4").json();
    assert_eq!(page["articles"].as_array().unwrap().len(), 1);
    let mut answer = server.get("/api/v1/status").json();
    answer["article_list"] = status["article_list"].clone();
    assert_eq!(answer, status);

    let texts = ["一行目", "the second line"];
    let answer = server
        .post("/api/v1/embed", &json!({"texts": texts, "ids": true}))
        .json();
    let lines = Tane::on_seeds(["embed", "--ids"])
        .stdin(texts.join("\n"))
        .ok();
    for (line, embedded) in lines.lines().zip(answer["embeddings"].as_array().unwrap()) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["ids"], embedded["ids"]);
        assert_eq!(line["embedding"], embedded["embedding"]);
    }
}

#[test]
fn documents_are_ranked_by_their_best_passage() {
    let server = Server::on_seeds();
    let documents = [
        "The soup needs onions.",
        "Joelle Pineau left Meta in May.",
        "猫は眠る。",
    ];
    let asked = json!({"query": "メタを辞めたのは誰か", "documents": documents, "top_n": 2, "return_documents": true});
    for path in ["/v1/rerank", "/v2/rerank", "/rerank"] {
        let answer = server.post(path, &asked);
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = answer.json();
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        assert_eq!(results[0]["index"], 1, "{answer}");
        assert_eq!(results[0]["document"]["text"], documents[1]);
        assert!(results[0]["relevance_score"].as_f64() > results[1]["relevance_score"].as_f64());
        assert!(
            answer["meta"]["score"]
                .as_str()
                .unwrap()
                .starts_with("tane's own")
        );
    }
    let objects = json!({"query": "猫", "documents": [{"text": "犬"}, {"text": "猫は眠る。"}]});
    assert_eq!(
        server.post("/rerank", &objects).json()["results"][0]["index"],
        1
    );
}

/// Each answer against the schema that OpenAPI gives for it: just what these schemas use.
fn check(schema: &Value, value: &Value, document: &Value, path: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        return check(target.expect("a definition"), value, document, path);
    }
    for kind in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[kind].as_array() {
            let fits = |choice: &&Value| {
                std::panic::catch_unwind(|| check(choice, value, document, path)).is_ok()
            };
            assert!(
                choices.iter().any(|choice| fits(&choice)),
                "{path}: {value} fits no {kind}"
            );
        }
    }
    if let Some(constant) = schema.get("const") {
        assert_eq!(constant, value, "{path}");
    }
    if let Some(choices) = schema["enum"].as_array() {
        assert!(choices.contains(value), "{path}: {value}");
    }
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{path}: {other}"),
    };
    match &schema["type"] {
        Value::String(kind) => assert!(is(kind), "{path}: {value} is no {kind}"),
        Value::Array(kinds) => {
            assert!(
                kinds.iter().any(|kind| is(kind.as_str().unwrap())),
                "{path}: {value}"
            );
        }
        _ => {}
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(
                object.contains_key(name.as_str().unwrap()),
                "{path}: no {name}"
            );
        }
        if let Some(properties) = schema["properties"].as_object() {
            for (name, value) in object {
                let property = properties.get(name);
                let property =
                    property.unwrap_or_else(|| panic!("{path}: {name} is not described"));
                check(property, value, document, &format!("{path}/{name}"));
            }
        }
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        if !schema["items"].is_null() {
            check(&schema["items"], item, document, &format!("{path}/{at}"));
        }
    }
}

#[test]
fn openapi_describes_what_is_answered() {
    let server = Server::on_seeds();
    let document = server.get("/api/v1/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let article = server.get("/api/v1/articles").json()["articles"][0]["id"].clone();
    let id = encoded(article.as_str().unwrap());
    let asked = [
        (
            "/api/v1/query",
            "post",
            json!({"query": "猫", "explain": true, "context": 1}),
        ),
        ("/api/v1/similar", "post", json!({"article": article})),
        (
            "/api/v1/embed",
            "post",
            json!({"texts": ["猫"], "ids": true}),
        ),
        ("/api/v1/articles", "get", json!("?limit=3")),
        ("/api/v1/article", "get", json!(format!("?id={id}"))),
        (
            "/api/v1/passage",
            "get",
            json!(format!("?id={id}%231&context=1")),
        ),
        ("/api/v1/map", "get", json!("?of=passages")),
        ("/api/v1/matrix", "get", json!("")),
        ("/api/v1/status", "get", json!("")),
    ];
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), asked.len() + 1, "and /healthz");
    for (path, method, given) in asked {
        let answer = match given.as_str() {
            Some(query) => server.get(&format!("{path}{query}")),
            None => server.post(path, &given),
        };
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let schema =
            &paths[path][method]["responses"]["200"]["content"]["application/json"]["schema"];
        check(schema, &answer.json(), &document, path);
        let wrong = match method {
            "post" => server.post(path, &json!({"none": 1})),
            _ => server.get(&format!("{path}?none=1")),
        };
        assert_eq!(wrong.status, 400, "{path}");
        let schema = &document["components"]["responses"]["Problem"]["content"]["application/problem+json"]
            ["schema"];
        check(schema, &wrong.json(), &document, path);
    }
}

#[test]
fn hostile_requests_get_the_right_status() {
    let server = Server::on_seeds();
    let token =
        Server::start(Tane::on_seeds(["serve", "--quiet"]).env("TANE_TOKEN", "open sesame"));
    let mut asked = 0;
    let mut expect = |server: &Server,
                      status: u16,
                      method: &str,
                      path: &str,
                      headers: &[(&str, &str)],
                      body: &[u8]| {
        let answer = server.request(method, path, headers, body);
        let shown: String = String::from_utf8_lossy(body).chars().take(80).collect();
        assert_eq!(
            answer.status, status,
            "{method} {path} {headers:?} {shown}: {answer:?}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        assert!(
            !String::from_utf8_lossy(&answer.body).contains("root:"),
            "{path}: {answer:?}"
        );
        asked += 1;
        answer
    };
    let routes = [
        ("GET", "/"),
        ("GET", "/healthz"),
        ("GET", "/api/v1/status"),
        ("GET", "/api/v1/articles"),
        ("POST", "/api/v1/query"),
        ("POST", "/v1/embeddings"),
        ("GET", "/v1/models"),
        ("POST", "/mcp"),
        ("GET", "/nothing"),
    ];
    // Other hosts and origins, on every route.
    for (method, path) in routes {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "0.0.0.0",
            "192.168.0.1:80",
            "169.254.169.254",
        ] {
            expect(&server, 403, method, path, &[("Host", host)], b"");
        }
        expect(
            &server,
            403,
            method,
            path,
            &[("Sec-Fetch-Site", "cross-site")],
            b"",
        );
        for origin in [
            "http://evil.example",
            "null",
            "https://localhost",
            "http://127.0.0.1:1",
        ] {
            expect(&server, 403, method, path, &[("Origin", origin)], b"");
        }
    }
    let own = format!("http://{}", server.address);
    expect(
        &server,
        200,
        "GET",
        "/api/v1/status",
        &[("Origin", &own)],
        b"",
    );
    expect(
        &server,
        403,
        "OPTIONS",
        "/api/v1/query",
        &[
            ("Origin", "http://evil.example"),
            ("Access-Control-Request-Method", "POST"),
        ],
        b"",
    );
    // A token that is wrong in one letter, or given in another way.
    for (method, path) in routes {
        for given in [
            "Bearer open sesamf",
            "Bearer open sesam",
            "Bearer Open sesame",
            "Basic open sesame",
            "Bearer",
        ] {
            let status = if ["/", "/healthz"].contains(&path) {
                200
            } else {
                401
            };
            let answer = expect(
                &token,
                status,
                method,
                path,
                &[("Authorization", given)],
                b"",
            );
            assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
        }
    }
    expect(
        &token,
        200,
        "GET",
        "/api/v1/status",
        &[("Authorization", "Bearer open sesame")],
        b"",
    );
    expect(
        &token,
        401,
        "GET",
        "/api/v1/status?token=open+sesame",
        &[],
        b"",
    );
    let two = [
        ("Authorization", "Bearer open sesame"),
        ("Authorization", "Bearer x"),
    ];
    expect(&token, 401, "GET", "/api/v1/status", &two, b"");
    // Bodies that are none.
    let deep = "[".repeat(200_000);
    let wide = format!("{{\"query\": \"{}\"}}", "a".repeat(1 << 20));
    let many = format!(
        "{{\"query\": \"a\", \"not\": [{}\"a\"]}}",
        "\"a\",".repeat(100)
    );
    for (path, least) in [
        ("/api/v1/query", "query"),
        ("/api/v1/similar", "article"),
        ("/api/v1/embed", "texts"),
        ("/v1/embeddings", "input"),
        ("/rerank", "query"),
    ] {
        for body in [
            "",
            "{",
            "null",
            "7",
            "[]",
            "\"text\"",
            "{}{}",
            "{\"a\":",
            "\u{feff}{}",
            &deep,
            "{\"query\": }",
            "NaN",
        ] {
            expect(
                &server,
                400,
                "POST",
                path,
                &[("Content-Type", "application/json")],
                body.as_bytes(),
            );
        }
        expect(&server, 400, "POST", path, &[], b"{\"\xff\": 1}");
        expect(
            &server,
            400,
            "POST",
            path,
            &[],
            format!("{{\"{least}\": {deep}").as_bytes(),
        );
        expect(
            &server,
            400,
            "POST",
            path,
            &[],
            format!("{{\"{least}\": {{}}}}").as_bytes(),
        );
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/jsonx",
        ] {
            expect(
                &server,
                415,
                "POST",
                path,
                &[("Content-Type", kind)],
                b"{\"query\": \"a\"}",
            );
        }
        expect(
            &server,
            415,
            "POST",
            path,
            &[("Content-Encoding", "gzip")],
            b"{}",
        );
        expect(
            &server,
            413,
            "POST",
            path,
            &[("Content-Length", "99999999999")],
            b"{}",
        );
        expect(&server, 405, "PUT", path, &[], b"{}");
        expect(&server, 405, "GET", path, &[], b"");
    }
    expect(&server, 413, "POST", "/api/v1/query", &[], wide.as_bytes());
    // Fields that are wrong are named.
    for (pointer, body) in [
        ("/query", json!({"query": " \u{3000}\n"})),
        ("/query", json!({"query": "あ".repeat(4097)})),
        ("/query", json!({"query": null})),
        ("/limit", json!({"query": "a", "limit": 0})),
        ("/limit", json!({"query": "a", "limit": 101})),
        ("/limit", json!({"query": "a", "limit": -1})),
        ("/limit", json!({"query": "a", "limit": 1.5})),
        ("/limit", json!({"query": "a", "limit": 1e300})),
        ("/limit", json!({"query": "a", "limit": "5"})),
        ("/mode", json!({"query": "a", "mode": "magic"})),
        ("/since", json!({"query": "a", "since": "yesterday"})),
        ("/until", json!({"query": "a", "until": "2024-02-30"})),
        (
            "/min_confidence",
            json!({"query": "a", "min_confidence": 1.1}),
        ),
        ("/context", json!({"query": "a", "context": 101})),
        (
            "/article",
            json!({"query": "a", "article": "a".repeat(1025)}),
        ),
        ("/article", json!({"query": "a", "article": "[a"})),
        ("/lang/0", json!({"query": "a", "lang": [1]})),
        ("/explain", json!({"query": "a", "explain": "yes"})),
        ("/colour", json!({"query": "a", "colour": 1})),
    ] {
        let answer = expect(
            &server,
            400,
            "POST",
            "/api/v1/query",
            &[],
            body.to_string().as_bytes(),
        );
        let problem = answer.json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
    }
    expect(&server, 400, "POST", "/api/v1/query", &[], many.as_bytes());
    expect(
        &server,
        404,
        "POST",
        "/api/v1/query",
        &[],
        b"{\"query\": \"a\", \"lang\": [\"nolang\"]}",
    );
    // Ids that try to be paths.
    let absolute = repository().join("README.md");
    for id in [
        "../../../../etc/passwd",
        "/etc/passwd",
        "/etc/passwd#1",
        "/etc/passwd:1",
        "seeds/../seeds",
        "file:///etc/passwd",
        "..",
        ".",
        "",
        "~",
        "\0",
        "%2e%2e%2f",
        "C:\\Windows\\win.ini",
        "//server/share",
        "README.md",
        "./README.md",
        absolute.to_str().unwrap(),
        "seeds",
        "\u{202e}",
        "a\r\nSet-Cookie: a=b",
    ] {
        for path in ["article", "passage"] {
            expect(
                &server,
                404,
                "GET",
                &format!("/api/v1/{path}?id={}", encoded(id)),
                &[],
                b"",
            );
        }
        expect(
            &server,
            404,
            "POST",
            "/api/v1/similar",
            &[],
            json!({"article": id}).to_string().as_bytes(),
        );
    }
    for path in [
        "/../../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/api/v1/../../etc/passwd",
        "//etc/passwd",
        "/v1/models/../../etc",
        "/api/v2/query",
        "/mcp/x",
    ] {
        expect(&server, 404, "GET", path, &[], b"");
    }
    for query in [
        "",
        "id=a&id=b",
        "no=1",
        "id=a&context=x",
        "id=a&context=999",
    ] {
        expect(
            &server,
            400,
            "GET",
            &format!("/api/v1/passage?{query}"),
            &[],
            b"",
        );
    }
    for query in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=x",
        "offset=-1",
        "since=x",
        "offset=99999999999999999999",
    ] {
        expect(
            &server,
            400,
            "GET",
            &format!("/api/v1/articles?{query}"),
            &[],
            b"",
        );
    }
    assert!(asked > 250, "{asked}");
    // What is not even a request.
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "a".repeat(200_000)
    );
    let heads = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "A: b\r\n".repeat(5000)
    );
    for (bytes, statuses) in [
        (b"\r\n\r\n\r\n".as_slice(), [400, 400].as_slice()),
        (b"GET / HTTP/9.9\r\n\r\n", &[400, 505]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", &[400]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", &[400]),
        (b"GET / HTTP/1.1\r\n\r\n", &[400]),
        (b"GET / HTTP/1.1\r\nHost: local host\r\n\r\n", &[400]),
        (b"POST /api/v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", &[400]),
        (b"POST /api/v1/query HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n", &[400, 413]),
        (long.as_bytes(), &[414, 431]),
        (heads.as_bytes(), &[431]),
    ] {
        // Closing without a word is an answer, too.
        if let Some(answer) = server.send(bytes) {
            assert!(statuses.contains(&answer.status), "{answer:?}");
        }
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn an_error_of_openai_has_its_form() {
    let server = Server::on_seeds();
    let answer = server.post("/v1/embeddings", &json!({"model": "other", "input": "a"}));
    assert_eq!(answer.status, 404);
    let error = &answer.json()["error"];
    assert_eq!(error["code"], "model_not_found");
    assert_eq!(error["param"], "model");
    let answer = server.post(
        "/v1/embeddings",
        &json!({"model": "multilingual-e5-small", "input": [1, 2]}),
    );
    let error = &answer.json()["error"];
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .starts_with("token ids are refused"),
        "{error}"
    );
    let answer = server.request("GET", "/v1/models", &[("Host", "evil.example")], b"");
    assert_eq!(answer.json()["error"]["type"], "permission_error");
    let answer = server.get("/v1/models/multilingual-e5-small:query").json();
    assert_eq!(answer["object"], "model");
}

/// A folder whose two articles carry the number of the generation.
fn numbered(folder: &Folder, generation: usize) {
    folder.write(
        "docs/one.txt",
        format!("The lighthouse keeper counts ships. Generation {generation} of the log.\n"),
    );
    folder.write(
        "docs/two.txt",
        format!("The lighthouse keeper paints the door. Generation {generation} of the log.\n"),
    );
}

#[test]
fn every_answer_is_of_one_generation() {
    let folder = Folder::new(&[]);
    numbered(&folder, 0);
    folder.tane(["index", "docs"]).ok();
    let server = Server::start(folder.tane(["serve", "--quiet"]));
    let ended = AtomicBool::new(false);
    let generation_of = |answer: &Answer| -> usize {
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = answer.json();
        let texts = answer["results"].as_array().unwrap().iter();
        let numbers: Vec<usize> = texts
            .map(|result| {
                let text = result["passage"]["text"].as_str().unwrap();
                let number = text.split("Generation ").nth(1).unwrap().split(' ').next();
                number.unwrap().parse().unwrap()
            })
            .collect();
        assert_eq!(numbers.len(), 2, "{answer}");
        assert_eq!(
            numbers[0], numbers[1],
            "two generations in one answer: {answer}"
        );
        numbers[0]
    };
    let ask =
        || generation_of(&server.post("/api/v1/query", &json!({"query": "lighthouse keeper log"})));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !ended.load(Ordering::Relaxed) {
                    let generation = ask();
                    assert!(generation >= last, "{generation} after {last}");
                    last = generation;
                }
            });
        }
        // `.ci/serve-heavy` refreshes more often.
        let refreshes = std::env::var("TANE_REFRESHES").map_or(8, |count| count.parse().unwrap());
        for generation in 1..=refreshes {
            numbered(&folder, generation);
            folder.tane(["index"]).ok();
            // Whoever asks after the commit is answered from it.
            assert_eq!(ask(), generation);
        }
        ended.store(true, Ordering::Relaxed);
    });
}

#[test]
fn with_watch_it_refreshes_by_itself() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    let server = Server::start(folder.tane(["serve", "--watch", "--quiet"]));
    let total = || {
        server.get("/api/v1/articles").json()["total"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(total(), 3);
    folder.write("docs/new.txt", "A new article about bread and butter.\n");
    let started = Instant::now();
    while total() != 4 {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "the new file is not there"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn it_ends_when_it_is_told_to() {
    let mut server = Server::on_seeds();
    interrupt(&server.child);
    assert_eq!(server.child.wait().unwrap().code(), Some(130));
    let mut server = Server::on_seeds();
    let id = server.child.id().to_string();
    std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .unwrap();
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_browser_gets_the_page_and_everything_else_what_there_is() {
    let server = Server::on_seeds();
    let browser = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let page = server.request("GET", "/", &[browser], b"");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("script-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
    let text = String::from_utf8(page.body.clone()).unwrap();
    // Every file that it names is there, and says what it is.
    for name in text
        .split("page/")
        .skip(1)
        .map(|rest| &rest[..rest.find('"').unwrap()])
    {
        let file = server.get(&format!("/page/{name}"));
        assert_eq!(file.status, 200, "{name}");
        let kind = match name.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(file.header("content-type"), Some(kind), "{name}");
        let tag = file.header("etag").unwrap();
        let again = server.request(
            "GET",
            &format!("/page/{name}"),
            &[("If-None-Match", tag)],
            b"",
        );
        assert_eq!((again.status, again.body.len()), (304, 0));
    }
    assert!(
        String::from_utf8(server.get("/").body)
            .unwrap()
            .contains("/api/v1/query")
    );
    for path in [
        "/page/none.js",
        "/page/../mod.rs",
        "/page/%2e%2e%2fmod.rs",
        "/page/",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    // A link from elsewhere may be followed to the page, and to nothing else.
    let followed = [
        browser,
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ];
    assert_eq!(server.request("GET", "/", &followed, b"").status, 200);
    assert_eq!(
        server
            .request("GET", "/page/main.js", &followed, b"")
            .status,
        403
    );
    assert_eq!(
        server
            .request("GET", "/api/v1/status", &followed, b"")
            .status,
        403
    );
    let framed = [
        followed[0],
        followed[1],
        followed[2],
        ("Sec-Fetch-Dest", "iframe"),
    ];
    assert_eq!(server.request("GET", "/", &framed, b"").status, 403);
}

#[test]
fn two_articles_are_compared_and_an_article_has_its_outline() {
    let folder = Folder::new(&[
        (
            "docs/a.md",
            "# Mills\n\n## Wind\n\nThe wind mill turns all day.\n\n![a](b.png)\n\n## Water\n\nThe water mill turns at night.\n",
        ),
        ("docs/b.txt", "The water mill grinds flour at night.\n"),
        ("docs/c.txt", "Cats sleep most of the day.\n"),
    ]);
    folder.tane(["index", "docs"]).ok();
    let server = Server::start(folder.tane(["serve", "--quiet"]));
    let article = server.get("/api/v1/article?id=docs%2Fa.md").json();
    let outline: Vec<(u64, &str)> = article["outline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|heading| {
            (
                heading["level"].as_u64().unwrap(),
                heading["text"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(outline, [(1, "Mills"), (2, "Wind"), (2, "Water")]);
    assert!(
        article["omitted"].to_string().contains("image-markup"),
        "{article}"
    );
    let with = |other: &str| {
        let asked = json!({"article": "docs/a.md", "with": other, "pairs": 2});
        server.post("/api/v1/similar", &asked)
    };
    let two = with("docs/c.txt").json();
    assert_eq!(two["results"].as_array().unwrap().len(), 1);
    assert_eq!(two["results"][0]["article"]["id"], "docs/c.txt");
    assert!(!two["results"][0]["pairs"].as_array().unwrap().is_empty());
    assert_eq!(with("docs/a.md").json()["results"], json!([]));
    assert_eq!(with("docs/none.txt").status, 404);
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
    let id = server.child.id().to_string();
    std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .unwrap();
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

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
    assert!(text.contains("build one with `tane index PATH`"), "{text}");
    assert!(!index.exists());
    // Closed at once, and what is no protocol.
    assert!(mcp(&index, &[]).is_empty());
}
