//! Doors for programs: HTTP with a JSON API, OpenAI's interface and MCP; MCP over standard input and output.
//!
//! The only asynchronous code. The library stays synchronous: its work is done on the threads of `pool.rs`. Nothing
//! here writes, and names that come in are looked up in the index, never in the file system.

mod answers;
mod api;
mod articles;
mod computed;
mod doors;
mod drawing;
mod embed;
mod fields;
mod guard;
mod http;
mod json_rpc;
mod library;
mod limits;
mod lines;
mod maps;
mod mcp;
mod openai;
mod openapi;
mod page;
mod pages;
mod pool;
mod problem;
mod request;
mod rerank;
mod service;
mod tools;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Instant, SystemTime};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::Semaphore;

use self::computed::Maps;
use self::drawing::Drawing;
use self::guard::{Connection, Guard, HEALTH, harden};
use self::json_rpc::Fault;
use self::library::Library;
use self::mcp::Mcp;
use self::openai::OpenAiError;
use self::problem::Problem;
use crate::corpus::Readers;
use crate::search::Mode;
use crate::serve::doors::Doors;

pub use service::{LoadModel, Service};

/// Where it listens if nothing else is said: `tane` on the keys of a telephone.
pub const PORT: u16 = 8263;
/// The route of MCP.
const MCP: &str = "/mcp";
/// Kilobytes of bodies at a time.
const ROOM_FOR_BODIES: usize = 128 << 10;
/// Ports tried after that one.
const NEXT_PORTS: u16 = 20;

/// Takes lines of the log.
pub type Log = dyn Fn(&str) + Send;

/// How to serve.
pub struct Config {
    /// Where to listen; `None`: on this machine alone, at [`PORT`] or the next free one.
    pub listen: Option<SocketAddr>,
    /// What every request must bear.
    pub token: Option<String>,
    /// Names of this server besides those of its address.
    pub hosts: Vec<String>,
    /// Results where a request does not say how many.
    pub limit: usize,
    /// How to search where a request does not say.
    pub mode: Mode,
    /// Where maps are kept for the next process; `None`: nowhere.
    pub maps: Option<PathBuf>,
    /// Programs that draw pages of documents; `None`: none are drawn.
    pub readers: Option<Readers>,
    /// Gets a line of JSON for every request, on a thread of its own.
    pub log: Option<Box<Log>>,
}

/// Answers over HTTP until the process is told to end (SIGINT, SIGTERM). `ready` gets the address.
///
/// # Errors
/// [`io::Error`] where it cannot listen there.
pub fn serve(
    service: Service,
    config: Config,
    ready: impl FnOnce(SocketAddr) -> io::Result<()>,
) -> io::Result<Stopped> {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build()?;
    let opened = service.current().ok();
    let dimension = opened.map(|open| open.embedder.space().dimension);
    let doors = Arc::new(Doors {
        library: Library::new(service),
        bodies: Semaphore::new(ROOM_FOR_BODIES),
        guard: Guard::new(config.token.as_deref(), &config.hosts),
        limit: config.limit,
        mode: config.mode,
        log: config.log.map(log_thread),
        maps: Maps::new(config.maps),
        drawing: Drawing::new(config.readers),
        openapi: openapi::document(dimension).to_string().into_bytes(),
    });
    let stopped = runtime.block_on(async {
        let listener = listen(config.listen).await?;
        let mut told = Stopped::Asked;
        let stop = stopped()?;
        ready(listener.local_addr()?)?;
        http::serve(listener, router(doors), async {
            told = stop.await;
        })
        .await;
        Ok(told)
    });
    // Work that nobody waits for any more does not keep the process.
    runtime.shutdown_background();
    stopped
}

/// Speaks MCP over standard input and output until the other side closes it.
///
/// # Errors
/// Where the other side does not speak MCP.
pub fn talk(service: Service) -> io::Result<()> {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_all().build()?;
    let done = runtime.block_on(Mcp::new(Library::new(service)).talk());
    runtime.shutdown_background();
    done
}

/// Why a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// SIGTERM: whoever started it asked it to.
    Asked,
    /// Ctrl-C.
    Interrupted,
}

#[cfg(unix)]
fn stopped() -> io::Result<impl Future<Output = Stopped>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        let stopped = tokio::select! {
            _ = interrupt.recv() => Stopped::Interrupted,
            _ = terminate.recv() => Stopped::Asked,
        };
        // Whoever says it twice does not want to wait for the requests under way.
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => std::process::exit(130),
                _ = terminate.recv() => std::process::exit(143),
            }
        });
        stopped
    })
}

#[cfg(not(unix))]
fn stopped() -> io::Result<impl Future<Output = Stopped>> {
    Ok(async {
        // Fails only where no handler can be set: then nothing but the system ends it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Stopped::Interrupted
    })
}

async fn listen(given: Option<SocketAddr>) -> io::Result<TcpListener> {
    if let Some(address) = given {
        return TcpListener::bind(address).await;
    }
    let mut taken = None;
    for port in PORT..=PORT + NEXT_PORTS {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => taken = Some(error),
            result => return result,
        }
    }
    Err(taken.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

fn router(doors: Arc<Doors>) -> Router {
    let mcp = Mcp::new(doors.library.clone());
    Router::new()
        .route("/", get(page::front))
        .route("/page/{name}", get(page::file))
        .route(HEALTH, get(|| async { "ok\n" }))
        .route("/api/v1/query", post(api::post_query))
        .route("/api/v1/similar", post(api::post_similar))
        .route("/api/v1/embed", post(embed::post_embed))
        .route("/api/v1/articles", get(articles::get_articles))
        .route("/api/v1/article", get(articles::get_article))
        .route("/api/v1/passage", get(articles::get_passage))
        .route("/api/v1/pages", get(pages::get_pages))
        .route("/api/v1/page.png", get(pages::get_picture))
        .route("/api/v1/map", get(maps::get_map))
        .route("/api/v1/matrix", get(maps::get_matrix))
        .route("/api/v1/status", get(api::get_status))
        .route("/api/v1/openapi.json", get(openapi))
        .route("/v1/embeddings", post(openai::post_embeddings))
        .route("/v1/models", get(openai::get_models))
        .route("/v1/models/{*id}", get(openai::get_model))
        .route("/v1/rerank", post(rerank::post_rerank))
        .route("/v2/rerank", post(rerank::post_rerank))
        .route("/rerank", post(rerank::post_rerank))
        .route_service(MCP, mcp.route())
        .fallback(nothing)
        .method_not_allowed_fallback(other_method)
        .with_state(doors.clone())
        .layer(from_fn_with_state(doors, guarded))
}

/// Every request comes through here, whatever its route.
async fn guarded(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let connection = request.extensions().get::<Connection>().copied();
    let checked = match connection {
        Some(connection) => doors.guard.check(&uri, request.headers(), connection),
        None => Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "no connection",
        )),
    };
    let mut response = match checked {
        Ok(()) => doors.answered(request, next).await,
        Err(problem) => problem.into_response_at(&uri),
    };
    harden(&mut response);
    if let Some(log) = &doors.log {
        let status = response.status().as_u16();
        // Where nobody reads the log, lines are lost rather than requests.
        let _ = log.try_send(log_line(&method, &uri, connection, status, started));
    }
    response
}

impl Doors {
    /// Answers a request that was let through, if there is room for its body.
    async fn answered(&self, request: Request, next: Next) -> Response {
        let uri = request.uri().clone();
        let kilobytes = request::kilobytes(&request);
        let Ok(_room) = self.bodies.try_acquire_many(kilobytes) else {
            return Problem::busy().into_response_at(&uri);
        };
        if uri.path() != MCP || request.method() != Method::POST {
            return in_json(next.run(request).await, &uri).await;
        }
        // rmcp sets no time limit for a body, and says nothing of use to what is no message.
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = match request::read(whole, limits::MOST_BYTES).await {
            Ok(bytes) => bytes,
            Err(problem) => return problem.into_response_at(&uri),
        };
        if let Err(fault) = json_rpc::check(&bytes) {
            return fault.response(StatusCode::BAD_REQUEST);
        }
        let answer = next.run(Request::from_parts(parts, bytes.into())).await;
        in_json(answer, &uri).await
    }
}

/// An error of axum or rmcp, which are text, as errors are told there; everything else as it is.
async fn in_json(response: Response, uri: &Uri) -> Response {
    /// Bytes of such a text.
    const MOST_TOLD: usize = 64 << 10;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().ends_with(b"json"));
    if is_json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let told = axum::body::to_bytes(body, MOST_TOLD)
        .await
        .unwrap_or_default();
    let told = String::from_utf8_lossy(&told);
    // rmcp takes a body that is no message for one of another type; the type was checked before.
    let status = match (uri.path(), status) {
        (MCP, StatusCode::UNSUPPORTED_MEDIA_TYPE) => StatusCode::BAD_REQUEST,
        (_, status) => status,
    };
    let told = match told.trim() {
        "" => status.canonical_reason().unwrap_or("an error"),
        told => told,
    };
    let mut answer = Problem::new(status, told).into_response_at(uri);
    if let Some(allowed) = parts.headers.get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    answer
}

impl Problem {
    /// As whoever asks there expects it: programs that speak OpenAI's interface or JSON-RPC understand errors of these
    /// only.
    fn into_response_at(self, uri: &Uri) -> Response {
        if uri.path() == MCP {
            let fault = Fault::of(self.status(), self.detail.as_str());
            let mut response = fault.response(self.status());
            self.add_headers(&mut response);
            return response;
        }
        let openai = ["/v1/", "/v2/", "/rerank"];
        if openai.iter().any(|prefix| uri.path().starts_with(prefix)) {
            OpenAiError::from(self).into_response()
        } else {
            self.into_response()
        }
    }
}

/// Writes what it is sent: whoever reads the log slowly, or not at all, keeps this thread waiting and no other.
fn log_thread(log: Box<Log>) -> SyncSender<String> {
    const WAITING: usize = 1024;
    let (sender, lines) = sync_channel::<String>(WAITING);
    std::thread::spawn(move || lines.iter().for_each(|line| log(&line)));
    sender
}

/// One request as JSON. What was asked is nobody's business, so there is no query string.
fn log_line(
    method: &Method,
    uri: &Uri,
    connection: Option<Connection>,
    status: u16,
    started: Instant,
) -> String {
    let now: chrono::DateTime<chrono::Utc> = SystemTime::now().into();
    let client = connection.map(|connection| connection.peer.to_string());
    serde_json::json!({
        "time": now.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "method": method.as_str(),
        "path": uri.path(),
        "status": status,
        "ms": (started.elapsed().as_secs_f64() * 1e5).round() / 100.0,
        "client": client,
    })
    .to_string()
}

async fn openapi(State(doors): State<Arc<Doors>>) -> Response {
    answers::json_response(doors.openapi.clone())
}

async fn nothing(uri: Uri) -> Response {
    let detail = format!("nothing at {}; `/` lists what there is", uri.path());
    Problem::new(StatusCode::NOT_FOUND, detail).into_response_at(&uri)
}

async fn other_method(method: Method, uri: Uri) -> Response {
    let detail = format!("{} is not answered at {}", method, uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response_at(&uri)
}
