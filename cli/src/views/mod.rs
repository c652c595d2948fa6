//! What a dialog of the device says in a terminal: the same fields as the snap's views, warnings
//! first. A summary with a hole is not shown.

mod backup;
mod create_account;
mod enrol;
mod export_key;
mod import_key;
mod move_key;
mod page;
mod permit;
mod recover;
mod recover_accounts;
mod recovery_check;
mod recovery_key;
mod recovery_words;
mod refresh;
mod sign;
mod type_words;

pub use page::Page;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a person is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// To type yes.
    Yes(&'static str),
    /// For a line that is not shown.
    Secret(&'static str),
    /// For all recovery words.
    Words,
}

/// A page and its question.
#[derive(Debug)]
pub struct Dialog {
    /// What is shown.
    pub page: Page,
    /// What is asked.
    pub ask: Ask,
    /// Whether the page says what nobody but its reader may know.
    pub is_secret: bool,
    /// Whether it may be answered with no where it cannot be shown.
    pub can_wait: bool,
}

/// For dialogs about recovery right after a key was made.
const LATER: &str = "If you do not, the account is created without. Until you set recovery words, losing this device loses the account.";

/// One dialog: its fields are those of the core's summary.
trait View: DeserializeOwned {
    /// What it asks.
    const ASK: Ask;
    /// Whether it shows a secret.
    const IS_SECRET: bool = false;
    /// Whether a no does no harm: what it is about can be done later.
    fn can_wait(&self) -> bool {
        false
    }
    /// What it says.
    fn page(&self) -> Page;
}

/// The dialog `view` about `summary`.
///
/// # Errors
/// There is no such view, or the summary has a hole; the text says which.
pub fn dialog(view: &str, summary: Value) -> Result<Dialog, String> {
    match view {
        "enrol" => of::<enrol::Enrol>(summary),
        "createAccount" => of::<create_account::CreateAccount>(summary),
        "refresh" => of::<refresh::Refresh>(summary),
        "recoveryWords" => of::<recovery_words::RecoveryWords>(summary),
        "recoveryCheck" => of::<recovery_check::RecoveryCheck>(summary),
        "recoveryKey" => of::<recovery_key::RecoveryKey>(summary),
        "typeWords" => of::<type_words::TypeWords>(summary),
        "recover" => of::<recover::Recover>(summary),
        "recoverAccounts" => of::<recover_accounts::RecoverAccounts>(summary),
        "permit" => of::<permit::Permit>(summary),
        "importWarning" => of::<import_key::ImportWarning>(summary),
        "importKey" => of::<import_key::ImportKey>(summary),
        "importPermit" => of::<import_key::ImportPermit>(summary),
        "exportWarning" => of::<export_key::ExportWarning>(summary),
        "exportedKey" => of::<export_key::ExportedKey>(summary),
        "moveWarning" => of::<move_key::MoveWarning>(summary),
        "backupWarning" => of::<backup::BackupWarning>(summary),
        "backup" => of::<backup::Backup>(summary),
        "sign" => of::<sign::Sign>(summary),
        other => Err(format!("there is no dialog {other}")),
    }
}

fn of<V: View>(summary: Value) -> Result<Dialog, String> {
    // The error names the field, never its value.
    let view: V = serde_json::from_value(summary).map_err(|error| format!("summary: {error}"))?;
    Ok(Dialog {
        page: view.page(),
        ask: V::ASK,
        is_secret: V::IS_SECRET,
        can_wait: view.can_wait(),
    })
}

#[cfg(test)]
mod tests;
