//! Who may ask: hosts, origins, the token; and what every response says to browsers.
//!
//! A page of another site can make a browser ask a server on this machine. `Origin` tells where it comes from; browsers
//! leave it out where a page only loads or links something, and say `Sec-Fetch-Site` instead. A page can also have its own
//! name resolve to this machine (DNS rebinding), and then only `Host` tells. So all three are looked at, on every route.

use std::net::{IpAddr, SocketAddr};

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;

use super::page;
use super::problem::{Field, Problem};

/// Where a connection comes from and where it came in.
#[derive(Debug, Clone, Copy)]
pub struct Connection {
    pub local: SocketAddr,
    pub peer: SocketAddr,
}

/// Which requests are let through.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// BLAKE3 of the token that every request needs.
    token: Option<blake3::Hash>,
    /// Names of this server besides those of the address that it listens at, in lower case.
    hosts: Vec<String>,
}

/// Answers without the token: a load balancer has none.
pub const HEALTH: &str = "/healthz";

impl Guard {
    pub fn new(token: Option<&str>, hosts: &[String]) -> Self {
        Self {
            token: token.map(|token| blake3::hash(token.as_bytes())),
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
        }
    }

    /// Lets a request through or says why not.
    ///
    /// # Errors
    /// 400 without a host, 403 for one that is not this server or a foreign origin, 401 without the token.
    pub fn check(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        connection: Connection,
    ) -> Result<(), Problem> {
        let authority = self.host(uri, headers, connection)?;
        check_origin(headers, &authority)?;
        check_site(uri, headers)?;
        // The page holds nothing of the index, and asks for the token itself.
        if uri.path() == HEALTH || uri.path() == "/" || uri.path().starts_with(page::FOLDER) {
            return Ok(());
        }
        self.check_token(headers)
    }

    fn host(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        connection: Connection,
    ) -> Result<Authority, Problem> {
        let mut given = headers.get_all(header::HOST).iter();
        let only = given.next().filter(|_| given.next().is_none());
        let authority = only.and_then(|host| Authority::try_from(host.as_bytes()).ok());
        let Some(authority) = authority.filter(|authority| !authority.as_str().contains('@'))
        else {
            let detail = "expected one Host header with a name or an address";
            return Err(Problem::bad(Field::Header("Host"), detail));
        };
        // `GET http://name/ HTTP/1.1`: the name there counts, too.
        let targets = [Some(authority.host()), uri.host()];
        for host in targets.into_iter().flatten() {
            if !self.is_own(host, connection) {
                let detail = format!(
                    "`{host}` is no name of this server; start it with `--allow-host {host}` if it is"
                );
                return Err(Problem::new(StatusCode::FORBIDDEN, detail).at(Field::Header("Host")));
            }
        }
        Ok(authority)
    }

    /// Whether a host is this server. No address can be rebound, and `localhost` is this machine by definition
    /// (RFC 6761).
    fn is_own(&self, host: &str, connection: Connection) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let own = connection.local.ip().to_canonical();
        if let Ok(address) = bare.parse::<IpAddr>() {
            let address = address.to_canonical();
            return address == own
                || own.is_loopback() && address.is_loopback()
                || self.is_allowed(host);
        }
        own.is_loopback() && host.eq_ignore_ascii_case("localhost") || self.is_allowed(host)
    }

    fn is_allowed(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.hosts.contains(&host)
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let only = given.next().filter(|_| given.next().is_none());
        let bearer = only.and_then(|value| {
            let (scheme, token) = value.as_bytes().split_at_checked("Bearer ".len())?;
            scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
        });
        // Hashes are compared in constant time, so that no letter of the token can be found by timing.
        if bearer.is_some_and(|given| blake3::hash(given.trim_ascii()) == *token) {
            return Ok(());
        }
        let detail = match only {
            None => "this server needs a token: `Authorization: Bearer TOKEN`",
            Some(_) => "the token is not that of this server",
        };
        Err(Problem::new(StatusCode::UNAUTHORIZED, detail).at(Field::Header("Authorization")))
    }
}

/// Only pages of this server may ask from a browser.
fn check_origin(headers: &HeaderMap, own: &Authority) -> Result<(), Problem> {
    let mut given = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = given.next() else {
        return Ok(());
    };
    let authority = [b"http://".as_slice(), b"https://"]
        .iter()
        .find_map(|scheme| origin.as_bytes().strip_prefix(*scheme));
    let same = authority.is_some_and(|given| given.eq_ignore_ascii_case(own.as_str().as_bytes()));
    if same && given.next().is_none() {
        return Ok(());
    }
    let detail = "pages of another origin may not ask this server";
    Err(Problem::new(StatusCode::FORBIDDEN, detail).at(Field::Header("Origin")))
}

/// No page of another site may load anything from here, whatever it makes of it (W3C, Fetch Metadata Request Headers).
/// But a person may follow a link from there to the page.
fn check_site(uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    const SITE: &str = "Sec-Fetch-Site";
    let given = |name| headers.get(name).map(HeaderValue::as_bytes);
    if given(SITE).is_none_or(|site| matches!(site, b"same-origin" | b"none")) {
        return Ok(());
    }
    let is_followed = given("Sec-Fetch-Mode") == Some(b"navigate")
        && given("Sec-Fetch-Dest") == Some(b"document");
    if uri.path() == "/" && is_followed {
        return Ok(());
    }
    let detail = "pages of another site may not ask this server";
    Err(Problem::new(StatusCode::FORBIDDEN, detail).at(Field::Header(SITE)))
}

/// What every response says: nothing here is to be guessed at, framed, cached or embedded elsewhere.
pub fn harden(response: &mut Response) {
    let all = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in all {
        let value = HeaderValue::from_static(value);
        response.headers_mut().entry(name).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(guard: &Guard, local: &str, path: &str, headers: &[(&'static str, &str)]) -> u16 {
        let connection = Connection {
            local: local.parse().unwrap(),
            peer: "127.0.0.1:4000".parse().unwrap(),
        };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        match guard.check(&path.parse().unwrap(), &map, connection) {
            Ok(()) => 200,
            Err(problem) => problem.status,
        }
    }

    #[test]
    fn only_own_hosts_are_let_through() {
        let guard = Guard::new(None, &["Tane.Example".to_owned()]);
        let here = "127.0.0.1:8263";
        for (host, status) in [
            ("127.0.0.1:8263", 200),
            ("localhost", 200),
            ("LOCALHOST:1", 200),
            ("[::1]:8263", 200),
            ("127.0.0.2", 200),
            ("tane.example:80", 200),
            ("evil.example", 403),
            ("localhost.evil.example", 403),
            ("127.0.0.1.evil.example", 403),
            ("localhost.", 403),
            ("192.168.1.5", 403),
            ("user@localhost", 400),
            ("", 400),
        ] {
            assert_eq!(
                checked(&guard, here, "/", &[("host", host)]),
                status,
                "{host}"
            );
        }
        assert_eq!(checked(&guard, here, "/", &[]), 400);
        let two = [("host", "localhost"), ("host", "evil.example")];
        assert_eq!(checked(&guard, here, "/", &two), 400);
        let absolute = "http://evil.example/";
        assert_eq!(
            checked(&guard, here, absolute, &[("host", "localhost")]),
            403
        );
        // At another address that address is its name, and `localhost` is somebody else.
        let there = "192.168.1.5:8263";
        assert_eq!(
            checked(&guard, there, "/", &[("host", "192.168.1.5:8263")]),
            200
        );
        assert_eq!(checked(&guard, there, "/", &[("host", "localhost")]), 403);
        assert_eq!(checked(&guard, there, "/", &[("host", "192.168.1.6")]), 403);
        let mapped = "[::ffff:127.0.0.1]:8263";
        assert_eq!(
            checked(&guard, mapped, "/", &[("host", "127.0.0.1:8263")]),
            200
        );
    }

    #[test]
    fn only_the_own_origin_is_let_through() {
        let guard = Guard::new(None, &[]);
        for (origin, status) in [
            ("http://127.0.0.1:8263", 200),
            ("https://127.0.0.1:8263", 200),
            ("http://127.0.0.1", 403),
            ("http://localhost:8263", 403),
            ("http://127.0.0.1:8264", 403),
            ("null", 403),
            ("", 403),
            ("http://evil.example", 403),
            ("http://127.0.0.1:8263.evil.example", 403),
            ("file://127.0.0.1:8263", 403),
        ] {
            let headers = [("host", "127.0.0.1:8263"), ("origin", origin)];
            assert_eq!(
                checked(&guard, "127.0.0.1:8263", "/", &headers),
                status,
                "{origin}"
            );
        }
    }

    #[test]
    fn no_page_of_another_site_loads_anything() {
        let guard = Guard::new(None, &[]);
        for (site, status) in [
            ("none", 200),
            ("same-origin", 200),
            ("same-site", 403),
            ("cross-site", 403),
            ("", 403),
        ] {
            let headers = [("host", "localhost"), ("sec-fetch-site", site)];
            assert_eq!(
                checked(&guard, "127.0.0.1:1", "/", &headers),
                status,
                "{site}"
            );
        }
    }

    #[test]
    fn a_token_is_needed_in_full() {
        let guard = Guard::new(Some("correct horse"), &[]);
        for (given, status) in [
            ("Bearer correct horse", 200),
            ("bearer correct horse", 200),
            ("Bearer correct hors", 401),
            ("Bearer correct horsf", 401),
            ("Bearer correct horse2", 401),
            ("Bearer", 401),
            ("Bearer ", 401),
            ("Basic correct horse", 401),
            ("correct horse", 401),
            ("", 401),
        ] {
            let headers = [("host", "localhost"), ("authorization", given)];
            assert_eq!(
                checked(&guard, "127.0.0.1:1", "/v1/models", &headers),
                status,
                "{given}"
            );
        }
        // The page asks for it; what the page asks for needs it.
        for (path, status) in [
            ("/", 200),
            ("/page/main.js", 200),
            ("/pages", 401),
            ("/api/v1/status", 401),
        ] {
            let headers = [("host", "localhost")];
            assert_eq!(
                checked(&guard, "127.0.0.1:1", path, &headers),
                status,
                "{path}"
            );
        }
        assert_eq!(
            checked(&guard, "127.0.0.1:1", HEALTH, &[("host", "localhost")]),
            200
        );
        assert_eq!(
            checked(&guard, "127.0.0.1:1", HEALTH, &[("host", "evil.example")]),
            403
        );
    }
}
