//! TLS in front of a server or a node, with a certificate that only [`authority`] vouches for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, LocalSet, spawn_local};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Passes on to one address, until dropped.
pub struct Tls {
    /// Where it listens, on the name localhost.
    pub port: u16,
    listening: AbortHandle,
}

/// The file with the certificate to trust.
pub fn authority() -> PathBuf {
    file("authority.pem")
}

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("certificates");
    folder.join(name)
}

impl Tls {
    /// Listens on a free port.
    pub fn before(target: &str) -> Self {
        let (tell, told) = mpsc::channel();
        let target = target.to_owned();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            LocalSet::new().block_on(&runtime, async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let port = listener.local_addr().expect("a port").port();
                let listening = spawn_local(listen(listener, target));
                let tls = Self {
                    port,
                    listening: listening.abort_handle(),
                };
                tell.send(tls).expect("somebody waits");
                let _aborted = listening.await;
            });
        });
        told.recv().expect("it listens")
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, target: String) {
    let certificate = CertificateDer::from_pem_file(file("localhost.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(file("localhost.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they belong together");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, target) = (acceptor.clone(), target.clone());
        spawn_local(async move {
            // A client that does not trust us ends it here.
            let Ok(mut outside) = acceptor.accept(stream).await else {
                return;
            };
            let mut inside = TcpStream::connect(target).await.expect("the target");
            let _ended = copy_bidirectional(&mut outside, &mut inside).await;
        });
    }
}
