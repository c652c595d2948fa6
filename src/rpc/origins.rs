//! Who may call what. MetaMask enforces the manifest's list for keyring methods;
//! this table holds even where it does not.

use crate::error::Error;

/// The origin MetaMask itself uses.
pub const METAMASK: &str = "metamask";

/// The companion page. The same list as `endowment:keyring.allowedOrigins` in the
/// snap's manifest; a test compares them.
pub const COMPANION_ORIGINS: [&str; 1] = ["http://localhost:8000"];

/// The terminal of `cli/`, where whoever asks is the user. No page can have this origin, as those of
/// pages have a scheme; and the module of the snap does not know it at all.
pub const TERMINAL: &str = "tandem-cli";

fn is_terminal(origin: &str) -> bool {
    !cfg!(target_arch = "wasm32") && origin == TERMINAL
}

/// Is it the companion page? It may follow and replace the transactions of every origin.
pub fn is_companion(origin: &str) -> bool {
    COMPANION_ORIGINS.contains(&origin)
}

/// Refuses a call that this origin may not make.
pub fn check(origin: &str, method: &str) -> Result<(), Error> {
    let metamask = origin == METAMASK;
    // The user's own, for all that needs no wallet in between.
    let own = is_companion(origin) || is_terminal(origin);
    let allowed = match method {
        // Says nothing about the user.
        "tandem_version" => true,
        // Each transaction is shown with the origin that asks; a status is told to who sent it.
        "tandem_sendTransaction" | "tandem_transactionStatus" => !metamask,
        "tandem_enrol" | "tandem_status" | "tandem_prepare" | "tandem_refresh"
        | "tandem_setRecovery" | "tandem_drill" | "tandem_recover" | "tandem_backup"
        | "tandem_kit" | "tandem_importKey" | "tandem_exportKey" | "tandem_move" => own || metamask,
        // Signing is MetaMask's alone: its user has seen the request there too.
        "keyring_submitRequest"
        | "keyring_setSelectedAccounts"
        | "keyring_resolveAccountAddress" => metamask,
        _ if method.starts_with("keyring_") => own || metamask,
        _ => return Err(Error::MethodNotFound(method.to_owned())),
    };
    if allowed {
        Ok(())
    } else {
        Err(Error::Unauthorized {
            origin: origin.to_owned(),
            method: method.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_metamask_may_ask_for_a_signature() {
        assert!(check(METAMASK, "keyring_submitRequest").is_ok());
        for origin in COMPANION_ORIGINS
            .into_iter()
            .chain(["https://dapp.example", ""])
        {
            assert!(matches!(
                check(origin, "keyring_submitRequest"),
                Err(Error::Unauthorized { .. })
            ));
        }
    }

    #[test]
    fn every_page_may_ask_for_a_transaction_and_metamask_has_its_own_way() {
        for method in ["tandem_sendTransaction", "tandem_transactionStatus"] {
            for origin in COMPANION_ORIGINS
                .into_iter()
                .chain(["https://dapp.example"])
            {
                assert!(check(origin, method).is_ok(), "{origin} {method}");
            }
            assert!(matches!(
                check(METAMASK, method),
                Err(Error::Unauthorized { .. })
            ));
        }
        assert!(is_companion("http://localhost:8000"));
        assert!(!is_companion("http://localhost:8000.example"));
    }

    #[test]
    fn the_terminal_may_what_the_companion_page_may_and_follows_no_page() {
        for method in [
            "tandem_enrol",
            "tandem_recover",
            "tandem_sendTransaction",
            "keyring_createAccount",
        ] {
            assert!(check(TERMINAL, method).is_ok(), "{method}");
        }
        assert!(check(TERMINAL, "keyring_submitRequest").is_err());
        assert!(!is_companion(TERMINAL));
        assert!(
            !TERMINAL.contains(':'),
            "the origins of pages have a scheme"
        );
    }

    #[test]
    fn a_stranger_learns_the_version_and_nothing_else() {
        let stranger = "https://dapp.example";
        assert!(check(stranger, "tandem_version").is_ok());
        for method in [
            "tandem_status",
            "tandem_enrol",
            "tandem_prepare",
            "tandem_refresh",
            "tandem_setRecovery",
            "tandem_drill",
            "tandem_recover",
            "tandem_backup",
            "tandem_kit",
            "tandem_importKey",
            "tandem_exportKey",
            "tandem_move",
            "keyring_listAccounts",
            "keyring_createAccount",
        ] {
            assert!(
                matches!(check(stranger, method), Err(Error::Unauthorized { .. })),
                "{method}"
            );
        }
        assert!(matches!(
            check(stranger, "eth_sign"),
            Err(Error::MethodNotFound(_))
        ));
    }

    #[test]
    fn the_manifest_allows_the_same_pages() {
        let template = include_str!("../../snap/snap.manifest.template.json");
        let manifest: serde_json::Value = serde_json::from_str(template).unwrap_or_default();
        let listed = manifest.pointer("/initialPermissions/endowment:keyring/allowedOrigins");
        assert_eq!(listed, Some(&serde_json::json!(COMPANION_ORIGINS)));
    }
}
