//! Who is running what: one ceremony a key, one keygen a device, few a device.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tandem_threshold::KeyId;
use tandem_wire::DeviceId;

/// Ceremonies of one device at the same time, over all its keys.
const PER_DEVICE: usize = 4;

/// The ceremonies that are running.
#[derive(Debug, Default)]
pub struct Busy(Mutex<Vec<Entry>>);

/// A key is counted under the device that names it, so nobody can keep another
/// device's key busy. No key: a keygen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    device: DeviceId,
    key: Option<KeyId>,
}

/// One running ceremony; over when dropped. Calculations hold one too, so a
/// session that goes away does not free its key before they end.
#[derive(Debug)]
pub struct Running {
    busy: Arc<Busy>,
    entry: Entry,
}

impl Busy {
    /// Begins a ceremony, or `None` if another is in its way.
    #[must_use]
    pub fn begin(self: &Arc<Self>, device: DeviceId, key: Option<KeyId>) -> Option<Arc<Running>> {
        let entry = Entry { device, key };
        let mut entries = self.lock();
        let of_device = entries.iter().filter(|other| other.device == device);
        if entries.contains(&entry) || of_device.count() >= PER_DEVICE {
            return None;
        }
        entries.push(entry);
        drop(entries);
        Some(Arc::new(Running {
            busy: Arc::clone(self),
            entry,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    /// Keeps the key busy until the program ends: the last resort when a freeze
    /// cannot be written.
    pub fn for_ever(self: Arc<Self>) {
        std::mem::forget(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.busy.lock().retain(|entry| *entry != self.entry);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ALICE: DeviceId = DeviceId([1; 33]);
    const BOB: DeviceId = DeviceId([2; 33]);

    fn key(byte: u8) -> Option<KeyId> {
        Some(KeyId::from_bytes([byte; 32]))
    }

    #[test]
    fn a_key_runs_one_ceremony_at_a_time() {
        let busy = Arc::new(Busy::default());
        let first = busy.begin(ALICE, key(1)).unwrap();
        assert!(busy.begin(ALICE, key(1)).is_none());
        assert!(busy.begin(ALICE, key(2)).is_some());
        let held_by_a_calculation = Arc::clone(&first);
        drop(first);
        assert!(busy.begin(ALICE, key(1)).is_none());
        drop(held_by_a_calculation);
        assert!(busy.begin(ALICE, key(1)).is_some());
    }

    #[test]
    fn a_device_cannot_keep_the_key_of_another_busy() {
        let busy = Arc::new(Busy::default());
        let _mine = busy.begin(ALICE, key(1)).unwrap();
        assert!(busy.begin(BOB, key(1)).is_some());
    }

    #[test]
    fn a_device_has_few_ceremonies() {
        let busy = Arc::new(Busy::default());
        let running: Vec<_> = (0..4).map(|n| busy.begin(ALICE, key(n)).unwrap()).collect();
        assert!(busy.begin(ALICE, None).is_none());
        assert!(busy.begin(BOB, None).is_some());
        drop(running);
        assert!(busy.begin(ALICE, None).is_some());
    }

    #[test]
    fn a_key_that_could_not_be_frozen_stays_busy() {
        let busy = Arc::new(Busy::default());
        busy.begin(ALICE, key(1)).unwrap().for_ever();
        assert!(busy.begin(ALICE, key(1)).is_none());
    }
}
