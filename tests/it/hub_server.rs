//! A server that speaks the hub's API, and can be made to misbehave.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};

pub const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";

/// What is wrong with the server.
#[derive(Debug, Clone, Default)]
pub struct Manners {
    /// So many of the next downloads of the weights end half-way.
    pub broken: usize,
    /// So many of the next requests get this status.
    pub refused: (usize, u16),
    /// The token that is asked for.
    pub token: Option<String>,
    /// A byte of the weights is another.
    pub wrong: bool,
    /// Ranges are ignored.
    pub whole: bool,
    /// Time between two parts of the weights, and bytes of a part.
    pub slow: Option<(Duration, usize)>,
    /// Nothing comes after half of the weights.
    pub stalls: bool,
    /// The revision that the server names.
    pub revision: Option<String>,
    /// The tag that the server gives to every file.
    pub etag: Option<String>,
    /// Redirections lead nowhere.
    pub nowhere: bool,
}

/// A request: the path, and where its range begins.
pub type Request = (String, Option<usize>);

pub struct Server {
    pub endpoint: String,
    pub manners: Arc<Mutex<Manners>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Serves the model in a folder as the repository `org/model`, at one revision.
    pub fn start(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for name in [
            "config.json",
            "tokenizer.json",
            "model.safetensors",
            "model-00001-of-00001.safetensors",
            "1_Pooling/config.json",
        ] {
            if let Ok(bytes) = std::fs::read(folder.join(name)) {
                files.insert(name.to_owned(), bytes);
            }
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            endpoint: format!("http://{}", listener.local_addr().unwrap()),
            manners: Arc::default(),
            requests: Arc::default(),
        };
        let (manners, requests) = (server.manners.clone(), server.requests.clone());
        let files = Arc::new(files);
        let endpoint = server.endpoint.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (files, manners) = (files.clone(), manners.clone());
                let (requests, endpoint) = (requests.clone(), endpoint.clone());
                std::thread::spawn(move || {
                    // A client that goes away is its own affair.
                    let _ = serve(&stream, &endpoint, &files, &manners, &requests);
                });
            }
        });
        server
    }

    pub fn behave(&self, manners: Manners) {
        *self.manners.lock().unwrap() = manners;
        self.requests.lock().unwrap().clear();
    }

    /// Where the downloads of the weights began.
    pub fn starts(&self) -> Vec<usize> {
        let requests = self.requests.lock().unwrap();
        let weights = requests
            .iter()
            .filter(|(path, _)| path.starts_with("/cdn/"));
        weights.filter_map(|(_, start)| *start).collect()
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn serve(
    mut stream: &TcpStream,
    endpoint: &str,
    files: &BTreeMap<String, Vec<u8>>,
    manners: &Mutex<Manners>,
    requests: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or(Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut range, mut token) = (None, None);
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "range" => range = Some(value.trim_start_matches("bytes=").to_owned()),
            "authorization" => token = Some(value.trim_start_matches("Bearer ").to_owned()),
            _ => (),
        }
    }
    let start = range
        .as_ref()
        .and_then(|r| r.split('-').next()?.parse::<usize>().ok());
    // hf-hub asks for one byte to learn a file's length.
    let probe = range.as_deref() == Some("0-0");
    requests
        .lock()
        .unwrap()
        .push((path.clone(), start.filter(|_| !probe)));
    let now = {
        let mut manners = manners.lock().unwrap();
        let now = manners.clone();
        manners.refused.0 = now.refused.0.saturating_sub(1);
        if path.starts_with("/cdn/") && !probe {
            manners.broken = now.broken.saturating_sub(1);
        }
        now
    };
    let mut answer = |status: &str, headers: &str, body: &[u8]| {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)
    };
    if now.refused.0 > 0 {
        return answer(&format!("{} No", now.refused.1), "", b"");
    }
    let newest = now.revision.as_deref().unwrap_or(REVISION);
    let part = |number: usize| path.split('/').nth(number).unwrap_or_default();
    let asked = match part(1) {
        "api" => part(6),
        _ => part(4),
    };
    // Every commit stays.
    let revision = match asked.len() {
        40 => asked,
        _ => newest,
    };
    if let Some(rest) = path.strip_prefix("/cdn/") {
        return weights(stream, &files[rest], &now, start.unwrap_or(0), probe);
    }
    if now.token.is_some() && now.token != token {
        return answer("401 Unauthorized", "", b"");
    }
    if path.starts_with("/api/models/org/model/revision/") {
        let siblings = files
            .keys()
            .map(|name| serde_json::json!({"rfilename": name}));
        let siblings: Vec<_> = siblings
            .chain([serde_json::json!({"rfilename": "README.md"})])
            .collect();
        let info = serde_json::json!({"sha": revision, "siblings": siblings});
        return answer(
            "200 OK",
            "content-type: application/json\r\n",
            info.to_string().as_bytes(),
        );
    }
    let file = path
        .strip_prefix("/org/model/resolve/")
        .and_then(|rest| rest.split_once('/'));
    let Some((name, bytes)) = file.and_then(|(_, file)| files.get_key_value(file)) else {
        return answer("404 Not Found", "", b"");
    };
    if now.nowhere {
        return answer(
            "302 Found",
            &format!("x-repo-commit: {revision}\r\netag: \"a\"\r\n"),
            b"",
        );
    }
    let hash: String = Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let etag = now.etag.clone().unwrap_or_else(|| match name.as_str() {
        weights if weights.ends_with(".safetensors") => hash,
        _ => {
            use sha1::Digest;
            let mut hasher = sha1::Sha1::new_with_prefix(format!("blob {}\0", bytes.len()));
            hasher.update(bytes);
            hasher
                .finalize()
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect()
        }
    });
    let known = format!("x-repo-commit: {revision}\r\netag: \"{etag}\"\r\n");
    if name.ends_with(".safetensors") {
        let headers =
            format!("{known}x-linked-etag: \"{etag}\"\r\nlocation: {endpoint}/cdn/{name}\r\n");
        return answer("302 Found", &headers, b"");
    }
    let end = if probe { 1 } else { bytes.len() };
    let part = &bytes[start.unwrap_or(0)..end];
    let ranged = format!(
        "{known}content-range: bytes 0-{}/{}\r\n",
        end - 1,
        bytes.len()
    );
    answer("206 Partial Content", &ranged, part)
}

/// Large files come from elsewhere.
fn weights(
    mut stream: &TcpStream,
    bytes: &[u8],
    now: &Manners,
    start: usize,
    probe: bool,
) -> std::io::Result<()> {
    let mut bytes = bytes.to_vec();
    if now.wrong {
        bytes[5000] ^= 1;
    }
    let start = if now.whole { 0 } else { start };
    let end = if probe { 1 } else { bytes.len() };
    if start >= bytes.len() {
        let head =
            "HTTP/1.1 416 Range Not Satisfiable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        return stream.write_all(head.as_bytes());
    }
    let known = format!("x-repo-commit: {REVISION}\r\netag: \"cdn\"\r\n");
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\n{known}connection: close\r\ncontent-range: bytes {start}-{}/{}\r\ncontent-length: {}\r\n\r\n",
        end - 1,
        bytes.len(),
        end - start
    );
    stream.write_all(head.as_bytes())?;
    let part = &bytes[start..end];
    if probe {
        return stream.write_all(part);
    }
    if now.broken > 0 || now.stalls {
        stream.write_all(&part[..part.len() / 2])?;
        stream.flush()?;
        if now.stalls {
            std::thread::sleep(Duration::from_secs(60));
        }
        return Ok(());
    }
    let (pause, length) = now.slow.unwrap_or((Duration::ZERO, part.len()));
    for part in part.chunks(length) {
        stream.write_all(part)?;
        stream.flush()?;
        std::thread::sleep(pause);
    }
    Ok(())
}
