//! Connections: how many, how long, and how they end.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower_service::Service as _;

use super::guard::Connection;

/// Connections at a time; further ones wait to be accepted.
const MOST_CONNECTIONS: usize = 512;
/// How long the head of a request may take to come, and a connection may stay idle.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long a connection may live, whatever it does: a client that reads nothing would hold it for ever.
const CONNECTION_TIME: Duration = Duration::from_secs(600);
/// Bytes of the head of a request.
const HEAD_BYTES: usize = 64 << 10;
/// How long requests under way may take when the server stops.
const LAST_TIME: Duration = Duration::from_secs(10);

/// Answers connections until `stop` resolves, then the requests under way.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut stop = pin!(stop);
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            () = &mut stop => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(_) => {
                    // Out of file descriptors, for instance: others will close.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let Ok(local) = stream.local_addr() else {
            continue;
        };
        let connection = Connection { local, peer };
        let answered = answer(stream, connection, router.clone(), &graceful);
        tokio::spawn(async move {
            let _place = place;
            // Broken connections and bad requests are the client's; hyper has answered what can be answered.
            let _ = tokio::time::timeout(CONNECTION_TIME, answered).await;
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(LAST_TIME, graceful.shutdown()).await;
}

/// Answers one connection.
fn answer(
    stream: TcpStream,
    connection: Connection,
    router: Router,
    graceful: &GracefulShutdown,
) -> impl Future<Output = Result<(), hyper::Error>> + use<> {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(connection);
        let mut router = router.clone();
        async move { Ok::<_, Infallible>(router.call(request.map(Body::new)).await?) }
    });
    let answered = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    graceful.watch(answered)
}
