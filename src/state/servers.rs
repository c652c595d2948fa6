//! Which server has the other half of which key: the one that this device belongs to, but for
//! keys that stayed behind when another key moved.

use super::{Enrolment, Key, State};
use crate::error::Error;

impl State {
    /// The server that has the other half of a key.
    pub fn enrolment_of<'a>(&'a self, key: &'a Key) -> Result<&'a Enrolment, Error> {
        key.enrolment.as_ref().map_or_else(|| self.enrolment(), Ok)
    }

    /// Whether a key is with another server than the one this device belongs to.
    #[must_use]
    pub const fn is_elsewhere(key: &Key) -> bool {
        key.enrolment.is_some()
    }

    /// The next share of a key is proved. If that brings it to another server, this device
    /// belongs there from now on; its other keys stay where they are.
    pub(crate) fn promote(&mut self, id: &str, at: u64) -> Result<(), Error> {
        let Some(arrived) = self.key_mut(id)?.promote(at) else {
            return Ok(());
        };
        self.joining = None;
        let left = self.enrolment.replace(arrived);
        for key in &mut self.keys {
            if key.id == id {
                key.enrolment = None;
            } else if key.enrolment.is_none() {
                key.enrolment = left.clone();
            }
        }
        // Those that are where this device belongs now say nothing else.
        for key in &mut self.keys {
            if key.enrolment == self.enrolment {
                key.enrolment = None;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::Value;

    /// Three keys: one on its way, one that is elsewhere, one where the device belongs.
    fn state() -> State {
        let stored = include_str!("../../tests/old_states/version-1-two-servers.json");
        let value: Value = serde_json::from_str(stored).unwrap();
        let state = State::from_json(value.clone()).unwrap();
        assert_eq!(state.to_json(), value);
        state
    }

    fn servers(state: &State) -> Vec<&str> {
        let server = |key| state.enrolment_of(key).unwrap().server.as_str();
        state.keys.iter().map(server).collect()
    }

    #[test]
    fn a_state_with_keys_at_several_servers_loads_for_ever() {
        let state = state();
        let home = state.enrolment().unwrap().server.as_str();
        let far = "wss://far.example/v1/session";
        assert_eq!(servers(&state), [home, far, home]);
        let moving = state.keys.first().unwrap();
        let to = moving.moves_to().unwrap();
        assert_eq!(to.server, "wss://new.example/v1/session");
        assert!(state.joining.as_ref() == Some(to));
        assert_eq!(moving.exported_at, Some(5));
    }

    #[test]
    fn the_device_goes_with_the_key_that_arrives_and_the_others_stay() {
        let mut state = state();
        let home = state.enrolment().unwrap().server.clone();
        let id = state.keys.first().unwrap().id.clone();
        state.promote(&id, 9).unwrap();
        let (new, far) = (
            "wss://new.example/v1/session",
            "wss://far.example/v1/session",
        );
        assert_eq!(servers(&state), [new, far, home.as_str()]);
        assert_eq!(state.enrolment().unwrap().server, new);
        assert!(state.joining.is_none());
        // Without a share on its way nothing changes.
        state.promote(&id, 10).unwrap();
        assert_eq!(servers(&state), [new, far, home.as_str()]);
    }
}
