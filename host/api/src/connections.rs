//! The connections of a server. Invariant: none is kept whose client does not say what it wants in time, and there are
//! never more than the machine was asked to hold.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower::ServiceExt as _;

/// How long a client may take for a request's head, and how long a connection may lie idle.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// Most connections at once; others wait.
const MAX_CONNECTIONS: usize = 2048;
/// How long accepting pauses when the machine has no room for a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until `stopped`; then those that are under way get `grace` to end.
///
/// # Errors
/// When the listener fails for good.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    (stopped, grace): (impl Future<Output = ()>, Duration),
) -> io::Result<()> {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let open = GracefulShutdown::new();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stopped => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_passing(&error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        // Small answers leave at once.
        let _is_set = stream.set_nodelay(true);
        let service =
            TowerToHyperService::new(router.clone().map_request(move |request| with_address(request, address)));
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    let _is_over = tokio::time::timeout(grace, open.shutdown()).await;
    Ok(())
}

fn with_address<B>(request: Request<B>, address: SocketAddr) -> Request
where
    B: axum::body::HttpBody<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(address));
    request
}

/// Tells an error of one connection, or of a machine that is full for a moment, from one of the listener.
fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    // Too many open files, of the process or the machine (`EMFILE`, `ENFILE`), and no memory for buffers (`ENOBUFS`).
    let is_full = matches!(error.raw_os_error(), Some(24 | 23 | 105));
    is_full || matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
