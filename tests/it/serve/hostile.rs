//! Requests that mean no good.

use serde_json::json;

use super::server::{Answer, Server, encoded};
use crate::support::{Tane, repository};

const ROUTES: [(&str, &str); 9] = [
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

/// Counts what was asked.
#[derive(Default)]
struct Asked(usize);

impl Asked {
    #[track_caller]
    fn expect(
        &mut self,
        server: &Server,
        status: u16,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
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
        self.0 += 1;
        answer
    }
}

#[test]
fn hostile_requests_get_the_right_status() {
    let server = Server::on_seeds();
    let token =
        Server::start(Tane::on_seeds(["serve", "--quiet"]).env("TANE_TOKEN", "open sesame"));
    let mut asked = Asked::default();
    other_hosts_and_origins(&mut asked, &server);
    wrong_tokens(&mut asked, &token);
    bodies_that_are_none(&mut asked, &server);
    wrong_fields(&mut asked, &server);
    ids_and_paths(&mut asked, &server);
    assert!(asked.0 > 250, "{}", asked.0);
    no_requests(&server);
    assert_eq!(server.get("/healthz").status, 200);
}

/// Other hosts and origins, on every route.
fn other_hosts_and_origins(asked: &mut Asked, server: &Server) {
    for (method, path) in ROUTES {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "0.0.0.0",
            "192.168.0.1:80",
            "169.254.169.254",
        ] {
            asked.expect(server, 403, method, path, &[("Host", host)], b"");
        }
        asked.expect(
            server,
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
            asked.expect(server, 403, method, path, &[("Origin", origin)], b"");
        }
    }
    let own = format!("http://{}", server.address);
    asked.expect(
        server,
        200,
        "GET",
        "/api/v1/status",
        &[("Origin", &own)],
        b"",
    );
    asked.expect(
        server,
        403,
        "OPTIONS",
        "/api/v1/query",
        &[
            ("Origin", "http://evil.example"),
            ("Access-Control-Request-Method", "POST"),
        ],
        b"",
    );
}

/// A token that is wrong in one letter, or given in another way.
fn wrong_tokens(asked: &mut Asked, server: &Server) {
    for (method, path) in ROUTES {
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
            let answer = asked.expect(
                server,
                status,
                method,
                path,
                &[("Authorization", given)],
                b"",
            );
            assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
        }
    }
    asked.expect(
        server,
        200,
        "GET",
        "/api/v1/status",
        &[("Authorization", "Bearer open sesame")],
        b"",
    );
    asked.expect(
        server,
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
    asked.expect(server, 401, "GET", "/api/v1/status", &two, b"");
}

/// Bodies that are none.
fn bodies_that_are_none(asked: &mut Asked, server: &Server) {
    let deep = "[".repeat(200_000);
    let wide = format!("{{\"query\": \"{}\"}}", "a".repeat(1 << 20));
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
            asked.expect(
                server,
                400,
                "POST",
                path,
                &[("Content-Type", "application/json")],
                body.as_bytes(),
            );
        }
        asked.expect(server, 400, "POST", path, &[], b"{\"\xff\": 1}");
        asked.expect(
            server,
            400,
            "POST",
            path,
            &[],
            format!("{{\"{least}\": {deep}").as_bytes(),
        );
        asked.expect(
            server,
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
            asked.expect(
                server,
                415,
                "POST",
                path,
                &[("Content-Type", kind)],
                b"{\"query\": \"a\"}",
            );
        }
        asked.expect(
            server,
            415,
            "POST",
            path,
            &[("Content-Encoding", "gzip")],
            b"{}",
        );
        asked.expect(
            server,
            413,
            "POST",
            path,
            &[("Content-Length", "99999999999")],
            b"{}",
        );
        asked.expect(server, 405, "PUT", path, &[], b"{}");
        asked.expect(server, 405, "GET", path, &[], b"");
    }
    asked.expect(server, 413, "POST", "/api/v1/query", &[], wide.as_bytes());
}

/// Fields that are wrong are named.
fn wrong_fields(asked: &mut Asked, server: &Server) {
    let many = format!(
        "{{\"query\": \"a\", \"not\": [{}\"a\"]}}",
        "\"a\",".repeat(100)
    );
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
        let answer = asked.expect(
            server,
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
    asked.expect(server, 400, "POST", "/api/v1/query", &[], many.as_bytes());
    asked.expect(
        server,
        404,
        "POST",
        "/api/v1/query",
        &[],
        b"{\"query\": \"a\", \"lang\": [\"nolang\"]}",
    );
}

/// Ids that try to be paths, and parameters that are none.
fn ids_and_paths(asked: &mut Asked, server: &Server) {
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
            asked.expect(
                server,
                404,
                "GET",
                &format!("/api/v1/{path}?id={}", encoded(id)),
                &[],
                b"",
            );
        }
        asked.expect(
            server,
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
        "/%ff",
        "/page/%ff",
        "/v1/models/%ff",
        "/v1/models/%00",
    ] {
        let answer = asked.expect(server, 404, "GET", path, &[], b"");
        assert!(answer.json().is_object(), "{path}: {answer:?}");
    }
    for query in [
        "",
        "id=a&id=b",
        "no=1",
        "id=a&context=x",
        "id=a&context=999",
    ] {
        asked.expect(
            server,
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
        asked.expect(
            server,
            400,
            "GET",
            &format!("/api/v1/articles?{query}"),
            &[],
            b"",
        );
    }
}

/// What is not even a request.
fn no_requests(server: &Server) {
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
}
