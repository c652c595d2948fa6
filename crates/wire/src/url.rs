//! The address of a server.

use std::fmt;
use std::str::FromStr;

/// Longest address that is looked at, in bytes.
const MAX: usize = 512;

/// Where a server's WebSocket is: `wss://` anywhere, `ws://` on loopback only,
/// because sessions are not encrypted by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(String);

/// An address that is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Neither `ws://` nor `wss://`.
    #[error("the server address must start with wss:// (or ws:// on this machine)")]
    Scheme,
    /// `ws://` to another machine.
    #[error("ws:// is for this machine only (localhost, 127.0.0.1, [::1]); use wss://")]
    Unencrypted,
    /// No host, or one with characters that do not belong there.
    #[error("the server address has no valid host name")]
    Host,
    /// A port that is not 1 to 65535.
    #[error("the server address has no valid port")]
    Port,
    /// A path with other characters than letters, digits, `/`, `.`, `_`, `-`, `~`.
    #[error("the server address has no valid path")]
    Path,
    /// Longer than 512 bytes.
    #[error("the server address is too long")]
    TooLong,
}

impl ServerUrl {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ServerUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.len() > MAX {
            return Err(UrlError::TooLong);
        }
        let (encrypted, rest) = match (text.strip_prefix("wss://"), text.strip_prefix("ws://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(UrlError::Scheme),
        };
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, path),
            None => (rest, ""),
        };
        let host = host(authority)?;
        let path_ok = path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte));
        if !path_ok {
            return Err(UrlError::Path);
        }
        if !encrypted && !matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
            return Err(UrlError::Unencrypted);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Splits off and checks the port; returns the host.
fn host(authority: &str) -> Result<&str, UrlError> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let end = rest.find(']').ok_or(UrlError::Host)?;
            let (host, port) = authority.split_at(end + 2);
            let address_ok = rest
                .bytes()
                .take(end)
                .all(|byte| byte.is_ascii_hexdigit() || byte == b':');
            if end == 0 || !address_ok {
                return Err(UrlError::Host);
            }
            (host, port)
        }
        None => {
            let end = authority.find(':').unwrap_or(authority.len());
            let (host, port) = authority.split_at(end);
            let name_ok = host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
            if host.is_empty() || !name_ok {
                return Err(UrlError::Host);
            }
            (host, port)
        }
    };
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok(host),
        Some(digits) => match digits.parse::<u16>() {
            Ok(1..) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(host),
            _ => Err(UrlError::Port),
        },
        None => Err(UrlError::Host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_accepted_or_refused_for_the_right_reason() {
        for good in [
            "wss://sign.example.org/v1/session",
            "wss://sign.example.org",
            "wss://[2001:db8::1]:8443/v1/session",
            "ws://localhost:8549/v1/session",
            "ws://127.0.0.1:1/v1/session",
            "ws://[::1]:65535/",
        ] {
            assert_eq!(
                ServerUrl::from_str(good).map(|url| url.to_string()),
                Ok(good.into())
            );
        }
        for (bad, error) in [
            ("https://sign.example.org", UrlError::Scheme),
            ("", UrlError::Scheme),
            ("ws://sign.example.org/v1", UrlError::Unencrypted),
            ("ws://localhost.example.org/v1", UrlError::Unencrypted),
            ("ws://127.0.0.1.example.org/v1", UrlError::Unencrypted),
            ("wss:///v1", UrlError::Host),
            ("wss://user@host/v1", UrlError::Host),
            ("ws://localhost\\@evil.example/v1", UrlError::Host),
            ("wss://[::1/v1", UrlError::Host),
            ("wss://[]/v1", UrlError::Host),
            ("wss://host:0/v1", UrlError::Port),
            ("wss://host:+1/v1", UrlError::Port),
            ("wss://host:/v1", UrlError::Port),
            ("wss://host:70000/v1", UrlError::Port),
            ("wss://host/v1?x=1", UrlError::Path),
            ("wss://host/v1#x", UrlError::Path),
        ] {
            assert_eq!(ServerUrl::from_str(bad), Err(error), "{bad}");
        }
        assert_eq!(
            ServerUrl::from_str(&format!("wss://{}", "a".repeat(600))),
            Err(UrlError::TooLong)
        );
    }
}
