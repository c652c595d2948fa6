//! The rows and warnings of a sign-in (ERC-4361), before those that every message has.

use crate::{
    Address, Fact, chains,
    erc4361::{self, Reading, SignInMessage},
    rfc3986,
    summary::{Row, Summary, Tone},
    text,
};

/// Adds what is to say of a message that is a sign-in or looks like one.
pub(crate) fn add(summary: &mut Summary, message: &[u8], signer: Address) {
    match erc4361::read(message) {
        Reading::NoSignIn => {}
        Reading::Malformed(part) => {
            summary.warn(
                Fact::MalformedSignIn,
                format!(
                    "The message looks like a sign-in, but is none by the standard (ERC-4361): its \
                     {part} is not as it should be. A site that asks for this may not be what it \
                     seems."
                ),
            );
            let asks = core::str::from_utf8(message).unwrap_or_default();
            let domain = asks.split([' ', '\n']).next().unwrap_or_default();
            warn_of_domain(summary, domain);
        }
        Reading::SignIn(message) => {
            summary.title = format!("Sign in to {}", message.domain);
            summary.note(Fact::SignIn);
            summary.rows.extend(rows(&message));
            warn(summary, &message);
            summary.sign_in = Some(message.to_sign_in(signer));
        }
    }
}

fn rows(message: &SignInMessage<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |label: &str, value: &str| {
        rows.push(Row::new(label, text::escape(value), Tone::Text));
    };
    add("Domain", message.domain);
    if let Some(scheme) = message.scheme {
        add("Scheme", scheme);
    }
    if let Some(statement) = message.statement {
        add("Statement", statement);
    }
    add("URI", message.uri);
    let chain_id = message.chain_id;
    let network = chains::find(chain_id).map_or("unknown", |chain| chain.name);
    add("Network", &format!("{network} (chain id {chain_id})"));
    add("Nonce", message.nonce);
    add("Issued at", message.issued_at.text);
    if let Some(time) = &message.expiration_time {
        add("Expires", time.text);
    }
    if let Some(time) = &message.not_before {
        add("Not before", time.text);
    }
    if let Some(id) = message.request_id {
        add("Request ID", id);
    }
    match message.resources.as_deref() {
        None => {}
        Some([]) => add("Resources", "none"),
        Some(resources) => {
            for (position, resource) in resources.iter().enumerate() {
                add(&format!("Resource {}", position + 1), resource);
            }
        }
    }
    rows
}

fn warn(summary: &mut Summary, message: &SignInMessage<'_>) {
    warn_of_domain(summary, message.domain);
    if !message.uri_is_of_domain() {
        summary.warn(
            Fact::SignInUriMismatch,
            "The URI of the sign-in does not lead to the domain that asks for it.",
        );
    }
    if message
        .scheme
        .is_some_and(|scheme| !scheme.eq_ignore_ascii_case("https"))
    {
        summary.warn(
            Fact::SignInNotHttps,
            "The sign-in is not for a page over HTTPS. Others on the network may read or change it.",
        );
    }
}

fn warn_of_domain(summary: &mut Summary, domain: &str) {
    if domain.contains('@') {
        summary.warn(
            Fact::DomainWithUser,
            "The domain has an @: what stands before it is not where you sign in.",
        );
    }
    let host = rfc3986::host(domain).unwrap_or(domain);
    if text::is_international_domain(host) {
        summary.warn(
            Fact::InternationalDomain,
            "The domain stands for letters beyond a to z, which may imitate another domain.",
        );
    }
}
