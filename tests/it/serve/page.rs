//! The page and its files.

use super::server::Server;

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
