//! What the device keeps, in MetaMask's encrypted snap state: one JSON object,
//! written whole. Version 1 must load for ever.
//!
//! # Security
//!
//! MetaMask answers a write before it is on disk: it waits 500 ms for further
//! writes, and locking the wallet within that time throws the write away. So a
//! write that an address depends on goes through [`Device::store_durably`].

mod key;
mod record;
mod recovery;
mod servers;
mod transaction;

pub use key::{Key, Which};
pub use record::{Account, Enrolment, State, VERSION};
pub use recovery::Recovery;
pub use transaction::{Broadcast, Transaction};
pub(crate) use transaction::{add_transaction, has_room};

use tandem_ethereum::json_object;
use zeroize::Zeroizing;

use crate::Device;
use crate::error::Error;

/// How long MetaMask may take to have a write on disk: its 500 ms wait, and the
/// time to encrypt. Longer than both by far.
pub const WRITE_SETTLES_MS: u32 = 2_000;

/// How often a freeze or a strike is written before it is given up.
const MARK_ATTEMPTS: u32 = 3;

/// A change of the state. Boxed, so that storing is compiled once and not once for
/// every change.
pub(crate) type Change<'a> = Box<dyn FnOnce(&mut State) -> Result<(), Error> + 'a>;

impl Device {
    /// Reads the state.
    pub(crate) async fn load(&self) -> Result<State, Error> {
        let value = self.host.call("state.get", json_object([])).await?;
        State::from_json(value)
    }

    /// Changes the state in one step that no other change can come between.
    pub(crate) async fn update(&self, change: Change<'_>) -> Result<(), Error> {
        let _held = self.state_lock.lock().await;
        let mut state = self.load().await?;
        change(&mut state)?;
        self.write(&state).await
    }

    /// Changes the state, waits until MetaMask must have it on disk, and reads it
    /// back. [`Error::NotStored`] if what is there then is something else: the
    /// wallet was locked before the write settled, and the write is gone. What is
    /// read back is what MetaMask holds, from its memory or its disk; a disk that
    /// cannot be written at all does not show.
    pub(crate) async fn store_durably(&self, change: Change<'_>) -> Result<(), Error> {
        let _held = self.state_lock.lock().await;
        let mut state = self.load().await?;
        change(&mut state)?;
        self.write(&state).await?;
        self.host.sleep(WRITE_SETTLES_MS).await?;
        if self.load().await? == state {
            Ok(())
        } else {
            Err(Error::NotStored)
        }
    }

    async fn write(&self, state: &State) -> Result<(), Error> {
        let value = state.to_json();
        // The text holds shares; serde_json's tree cannot be wiped, our copy can.
        self.host
            .call("state.set", json_object([("value", value)]))
            .await?;
        Ok(())
    }

    /// Marks a share of a key frozen, durably. Called before anything is answered to
    /// anybody; if this fails, nothing may be.
    pub(crate) async fn freeze(&self, key: &str, which: Which) -> Result<(), Error> {
        self.mark_share(key, which, Key::freeze).await
    }

    /// Counts a strike against a share of a key in the same way, and says whether the
    /// share is frozen now.
    pub(crate) async fn strike(&self, key: &str, which: Which) -> Result<bool, Error> {
        self.mark_share(key, which, Key::strike).await?;
        Ok(self.load().await?.key(key)?.is_frozen(which))
    }

    async fn mark_share(
        &self,
        key: &str,
        which: Which,
        mark: fn(&mut Key, Which),
    ) -> Result<(), Error> {
        for _ in 0..MARK_ATTEMPTS {
            let stored = self
                .store_durably(Box::new(move |state| {
                    mark(state.key_mut(key)?, which);
                    Ok(())
                }))
                .await;
            match stored {
                // The wallet was locked before the write settled.
                Err(Error::NotStored) => {}
                outcome => return outcome,
            }
        }
        Err(Error::NotStored)
    }
}

/// Secret text that is wiped when dropped and never printed.
pub type Secret = Zeroizing<String>;
