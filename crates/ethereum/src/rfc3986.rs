//! URIs and authorities, as far as RFC 3986's grammar goes: whether text is one, and its host.
//!
//! Left out are two forms of address in brackets that no site uses: of a future version (`[v7.…]`),
//! and with an IPv4 address inside (`[::ffff:1.2.3.4]`).

/// Is it a URI: `scheme ":" hier-part [ "?" query ] [ "#" fragment ]`?
pub(crate) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = match path.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            if host(authority).is_none() {
                return false;
            }
            path
        }
        None => path,
    };
    is_scheme(scheme)
        && consists_of(path, |byte| is_pchar(byte) || byte == b'/')
        && [query, fragment]
            .iter()
            .all(|part| consists_of(part, |byte| is_pchar(byte) || matches!(byte, b'/' | b'?')))
}

/// The authority of a URI; empty if it has none.
pub(crate) fn authority_of(uri: &str) -> &str {
    uri.split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next())
        .unwrap_or_default()
}

/// `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )`
pub(crate) fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// `*pchar`
pub(crate) fn is_pchars(text: &str) -> bool {
    consists_of(text, is_pchar)
}

/// The host of an authority, `[ userinfo "@" ] host [ ":" port ]`; nothing if it is not one.
pub(crate) fn host(authority: &str) -> Option<&str> {
    let (user, rest) = match authority.split_once('@') {
        Some((user, rest)) => (user, rest),
        None => ("", authority),
    };
    let (host, port) = match rest.find(']') {
        Some(end) => rest.split_at(end + 1),
        None => rest.split_at(rest.find(':').unwrap_or(rest.len())),
    };
    let host_is_good = match host.strip_prefix('[') {
        Some(literal) => is_ipv6(literal.strip_suffix(']')?),
        None => consists_of(host, is_in_name),
    };
    let good = host_is_good
        && consists_of(user, |byte| is_in_name(byte) || byte == b':')
        && match port.strip_prefix(':') {
            Some(digits) => digits.bytes().all(|digit| digit.is_ascii_digit()),
            None => port.is_empty(),
        };
    good.then_some(host)
}

/// Eight groups of up to four hexadecimal digits, or fewer with one `::` for the rest.
fn is_ipv6(text: &str) -> bool {
    let count = |groups: &str| -> Option<usize> {
        if groups.is_empty() {
            return Some(0);
        }
        let is_group = |group: &str| {
            (1..=4).contains(&group.len()) && group.bytes().all(|digit| digit.is_ascii_hexdigit())
        };
        let mut groups = groups.split(':');
        groups.try_fold(0, |count, group| is_group(group).then_some(count + 1))
    };
    match text.split_once("::") {
        Some((start, end)) => {
            let both = count(start).zip(count(end));
            both.is_some_and(|(start, end)| start + end <= 7)
        }
        None => count(text) == Some(8),
    }
}

/// Is the text made of these characters and of `%` with two hexadecimal digits?
fn consists_of(text: &str, allowed: fn(u8) -> bool) -> bool {
    let mut pieces = text.split('%');
    let first = pieces.next().unwrap_or_default();
    first.bytes().all(allowed)
        && pieces.all(|piece| {
            piece.split_at_checked(2).is_some_and(|(digits, rest)| {
                digits.bytes().all(|digit| digit.is_ascii_hexdigit()) && rest.bytes().all(allowed)
            })
        })
}

/// `unreserved`
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// `sub-delims`
const fn is_sub_delim(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
    )
}

/// `gen-delims / sub-delims`
pub(crate) const fn is_reserved(byte: u8) -> bool {
    is_sub_delim(byte) || matches!(byte, b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@')
}

const fn is_in_name(byte: u8) -> bool {
    is_unreserved(byte) || is_sub_delim(byte)
}

const fn is_pchar(byte: u8) -> bool {
    is_in_name(byte) || matches!(byte, b':' | b'@')
}

#[cfg(test)]
mod tests {
    use super::{authority_of, host, is_uri};

    #[test]
    fn reads_uris_of_every_shape() {
        for uri in [
            "https://example.com",
            "https://example.com/login?a=b&c=/?#top/?",
            "HTTP://user:pw@example.com:8080/%20",
            "http://[2001:db8::7]:80/",
            "http://[1:2:3:4:5:6:7:ABCD]",
            "http://[1:2:3:4:5:6:7::]",
            "http://[1:2:3::4:5:6]",
            "http://[::]",
            "file:///etc/hosts",
            "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "did:key:z6Mk",
            "ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/",
            "a:",
            "a:/b",
            "a://",
            "x+y-z.1:b//c",
        ] {
            assert!(is_uri(uri), "{uri}");
        }
        for text in [
            "",
            "example.com",
            "//example.com",
            "1a://example.com",
            ":a",
            "http://exa mple.com",
            "http://example.com/ü",
            "http://example.com/%2",
            "http://example.com/%zz",
            "http://example.com/<>",
            "http://example.com/\"",
            "http://example.com/#a#b",
            "http://example.com:8o/",
            "http://[::1/",
            "http://::1]/",
            "http://[::1]x/",
            "http://[::g]/",
            "http://[]/",
            "http://[1:2:3:4:5:6:7]/",
            "http://[1:2:3:4:5:6:7:8:9]/",
            "http://[1:2:3:4::5:6:7:8]/",
            "http://[1:2:3:4:5:6:7:8::]/",
            "http://[1::2::3]/",
            "http://[:::]/",
            "http://[::12345]/",
            "http://[::1%25en0]/",
            "http://[v7.x]/",
            "http://a@b@c/",
            "http://a:1:2/",
            "http://a/[b]",
            "http://a/\\b",
        ] {
            assert!(!is_uri(text), "{text}");
        }
    }

    #[test]
    fn finds_the_host_behind_user_and_before_port() {
        for (authority, expected) in [
            ("example.com", Some("example.com")),
            ("example.com:8080", Some("example.com")),
            ("bank.com@evil.com", Some("evil.com")),
            ("bank.com:1@evil.com:2", Some("evil.com")),
            ("[::1]:80", Some("[::1]")),
            ("", Some("")),
            ("a/b", None),
            ("a b", None),
            ("exämple.com", None),
        ] {
            assert_eq!(host(authority), expected, "{authority}");
        }
        assert_eq!(authority_of("https://a.b:1/c"), "a.b:1");
        assert_eq!(authority_of("https://a.b?c"), "a.b");
        assert_eq!(authority_of("did:key:z6Mk"), "");
    }
}
