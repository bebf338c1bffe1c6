//! Pages of documents over HTTP: pictures, and where passages stand on them.

use serde_json::Value;

use crate::serve::server::Server;
use crate::support::{Folder, repository};

fn folder(names: &[&str]) -> Folder {
    let folder = Folder::new(&[("docs/rail.txt", "The first railway opened in 1872.\n")]);
    for name in names {
        let path = repository().join("tests/data/documents").join(name);
        folder.write(&format!("docs/{name}"), std::fs::read(path).unwrap());
    }
    folder.tane(["index", "docs"]).ok();
    folder
}

fn server(folder: &Folder) -> Server {
    Server::start(folder.tane(["serve", "--quiet"]))
}

/// Width and height of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"), "{:?}", &png[..8]);
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_page_is_a_picture_that_a_browser_keeps() {
    let folder = folder(&["pages.pdf", "raw_ja_90ms_rksj_v.pdf"]);
    let server = server(&folder);
    let path = "/api/v1/page.png?id=docs/pages.pdf&page=1&width=400";
    let picture = server.get(path);
    assert_eq!(picture.status, 200, "{picture:?}");
    assert_eq!(picture.header("content-type"), Some("image/png"));
    assert_eq!(picture.header("cache-control"), Some("private, no-cache"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(picture.header("tane-letters-missing"), None);
    assert_eq!(size(&picture.body).0, 400);
    let tag = picture.header("etag").unwrap();
    let again = server.request("GET", path, &[("If-None-Match", tag)], &[]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    let wide = server.get("/api/v1/page.png?id=docs/pages.pdf%231&page=2");
    assert_eq!(size(&wide.body).0, 1000);
    // Fonts that the document does not hold have no Japanese letters.
    let lost = server.get("/api/v1/page.png?id=raw_ja&page=1");
    assert_eq!(lost.header("tane-letters-missing"), Some("1"));

    for (wrong, status, parameter) in [
        ("id=docs/pages.pdf&page=0", 400, "page"),
        ("id=docs/pages.pdf&page=1&width=20", 400, "width"),
        ("id=docs/pages.pdf&page=1&width=99999", 400, "width"),
        ("id=docs/pages.pdf", 400, "page"),
        ("id=nothing.pdf&page=1", 404, "id"),
    ] {
        let answer = server.get(&format!("/api/v1/page.png?{wrong}"));
        assert_eq!(answer.status, status, "{wrong}");
        assert_eq!(
            answer.json()["errors"][0]["parameter"],
            parameter,
            "{wrong}"
        );
    }
    let none = server.get("/api/v1/page.png?id=docs/pages.pdf&page=99");
    assert_eq!(none.status, 422, "{none:?}");
    assert!(
        none.json()["detail"]
            .as_str()
            .unwrap()
            .starts_with("page 99 cannot be drawn: no page 99")
    );
    let text = server.get("/api/v1/page.png?id=docs/rail.txt&page=1");
    assert_eq!(text.status, 404);
    let foreign = [("Origin", "http://evil.example")];
    assert_eq!(server.request("GET", path, &foreign, &[]).status, 403);
}

#[test]
fn a_passage_has_a_place_on_its_page() {
    let folder = folder(&["pages.pdf", "table.pdf", "raw_ja_90ms_rksj_v.pdf"]);
    let server = server(&folder);
    let pages = server.get("/api/v1/pages?id=docs/pages.pdf").json();
    assert_eq!(pages["article"], "docs/pages.pdf");
    assert_eq!(pages["boxes"], serde_json::json!([]));
    let count = pages["pages"].as_array().unwrap().len();
    assert!(
        count > 1 && pages["pages"][0]["width"].as_f64().unwrap() > 100.0,
        "{pages}"
    );
    for name in ["pages.pdf", "table.pdf", "raw_ja_90ms_rksj_v.pdf"] {
        let article = server
            .get(&format!("/api/v1/article?id=docs/{name}"))
            .json();
        for (passage, number) in article["passages"].as_array().unwrap().iter().zip(1..) {
            let pages = server
                .get(&format!("/api/v1/pages?id=docs/{name}%23{number}"))
                .json();
            let boxes = pages["boxes"].as_array().unwrap();
            assert!(!boxes.is_empty(), "{name} {number}: {passage}");
            let page: u64 = passage["locator"].as_str().unwrap()[5..].parse().unwrap();
            assert_eq!(boxes[0]["page"], page, "{name} {number}");
            let edge = |one: &Value, name: &str| one[name].as_f64().unwrap();
            for one in boxes {
                assert!(edge(one, "left") < edge(one, "right"), "{one}");
                assert!(edge(one, "top") < edge(one, "bottom"), "{one}");
                assert!(
                    edge(one, "left") >= 0.0 && edge(one, "bottom") <= 1.0,
                    "{one}"
                );
            }
            // A line of vertical text is high, one of horizontal text is wide.
            let size = &pages["pages"][usize::try_from(page).unwrap() - 1];
            let wide = (edge(&boxes[0], "right") - edge(&boxes[0], "left")) * edge(size, "width");
            let high = (edge(&boxes[0], "bottom") - edge(&boxes[0], "top")) * edge(size, "height");
            assert_eq!(
                high > wide,
                name.ends_with("_v.pdf"),
                "{name} {number}: {wide} {high}"
            );
        }
    }
}

#[test]
fn a_file_that_changed_is_not_shown() {
    let folder = folder(&["pages.pdf"]);
    let server = server(&folder);
    let path = "/api/v1/page.png?id=docs/pages.pdf&page=1";
    let tag = server.get(path).header("etag").unwrap().to_owned();
    let file = folder.path().join("docs/pages.pdf");
    let bytes = std::fs::read(&file).unwrap();
    folder.write("docs/pages.pdf", [bytes, b"\n".to_vec()].concat());
    for path in [path, "/api/v1/pages?id=docs/pages.pdf"] {
        let answer = server.request("GET", path, &[("If-None-Match", &tag)], &[]);
        assert_eq!(answer.status, 404, "{path}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            detail.contains("has changed since it was indexed"),
            "{detail}"
        );
    }
    assert_eq!(server.get("/api/v1/article?id=docs/pages.pdf").status, 200);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(server.get(path).status, 404);
    // A pipe would keep whoever opens it waiting.
    #[cfg(unix)]
    {
        let made = std::process::Command::new("mkfifo").arg(&file).status();
        assert!(made.unwrap().success());
        assert_eq!(server.get(path).status, 404);
    }
}
