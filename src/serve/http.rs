//! Connections: how many, how long, and how they end.

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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower_service::Service as _;

use super::guard::Connection;

/// Connections at a time; further ones wait to be accepted.
const MOST_CONNECTIONS: usize = 512;
/// How long the head of a request may take to come, and a connection may stay idle.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long a connection may live: a client that reads nothing would hold it for ever.
const CONNECTION_TIME: Duration = Duration::from_secs(600);
/// Bytes of the head of a request.
const HEAD_BYTES: usize = 64 << 10;
/// How long the request under way may take when the time of its connection is over.
const LAST_REQUEST_TIME: Duration = Duration::from_secs(60);
/// How long requests under way may take when the server stops.
const LAST_TIME: Duration = Duration::from_secs(10);

/// Answers connections until `stop` resolves, then the requests under way.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let (stopping, stopped) = watch::channel(());
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
        let answered = answer(
            stream,
            Connection { local, peer },
            router.clone(),
            stopped.clone(),
        );
        tokio::spawn(async move {
            let _place = place;
            answered.await;
        });
    }
    drop(listener);
    drop(stopping);
    let all_gone = places.acquire_many(MOST_CONNECTIONS as u32);
    let _ = tokio::time::timeout(LAST_TIME, all_gone).await;
}

/// Answers one connection until the other side closes it, its time is over or the server stops. The last two let the
/// request under way be answered.
async fn answer(
    stream: TcpStream,
    connection: Connection,
    router: Router,
    mut stopped: watch::Receiver<()>,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(connection);
        let mut router = router.clone();
        router.call(request.map(Body::new))
    });
    let mut answered = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service)
    );
    // Broken connections and bad requests are the client's; hyper has answered what can be answered.
    tokio::select! {
        _ = answered.as_mut() => return,
        () = tokio::time::sleep(CONNECTION_TIME) => {}
        _ = stopped.changed() => {}
    }
    answered.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(LAST_REQUEST_TIME, answered).await;
}
