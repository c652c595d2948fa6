//! TLS: rustls, and the certificates that this machine trusts.

use rustls::crypto::ring;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Chooses the cryptography of every TLS connection of this process, those of sockets too.
pub fn choose_provider() {
    // It fails if one was chosen before; then that one is as good.
    let _chosen = ring::default_provider().install_default();
}

/// For HTTP. Sockets read the same certificates by themselves.
pub fn config() -> Result<TlsConfig, String> {
    let found = rustls_native_certs::load_native_certs();
    let roots: Vec<_> = found
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    if roots.is_empty() {
        return Err("this machine trusts no certificates".to_owned());
    }
    let roots = RootCerts::new_with_certs(&roots);
    Ok(TlsConfig::builder().root_certs(roots).build())
}
