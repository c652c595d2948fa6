//! Secrets that the library keeps between its phases of keygen and of refresh, and does not wipe:
//! wiped here when their state is dropped, finished or not.

use std::collections::BTreeMap;

use dkls23::protocols::PartyIndex;
use dkls23::protocols::dkg::{
    KeepInitMulPhase3to4, KeepInitZeroSharePhase2to3, KeepInitZeroSharePhase3to4,
};
use k256::Secp256k1;
use zeroize::Zeroize;

/// Step 2.2: our seed of the zero shares, and the salt of its commitment.
pub struct SealedSeeds(pub BTreeMap<PartyIndex, KeepInitZeroSharePhase2to3>);

/// Step 2.4: our seed of the zero shares, once it was opened.
pub struct OpenedSeeds(pub BTreeMap<PartyIndex, KeepInitZeroSharePhase3to4>);

/// Step 2.4: our secrets of the base oblivious transfers. Whoever has them can
/// compute the transfer state of the finished share.
pub struct Transfers(pub BTreeMap<PartyIndex, KeepInitMulPhase3to4<Secp256k1>>);

impl Drop for SealedSeeds {
    fn drop(&mut self) {
        for kept in self.0.values_mut() {
            kept.seed.zeroize();
            kept.salt.zeroize();
        }
    }
}

impl Drop for OpenedSeeds {
    fn drop(&mut self) {
        for kept in self.0.values_mut() {
            kept.seed.zeroize();
        }
    }
}

impl Drop for Transfers {
    fn drop(&mut self) {
        for kept in self.0.values_mut() {
            kept.ot_sender.s.zeroize();
            kept.correlation.zeroize();
            kept.vec_r.zeroize();
        }
    }
}
