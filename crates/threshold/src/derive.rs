//! Accounts of one key: BIP-32 non-hardened children `m/i`, or, of a key that was
//! imported, the key itself (SPEC.md section 4).
//!
//! Both sides add the same public tweak to their share, so no message is needed.

use std::fmt;

use dkls23::protocols::derivation::DerivData;
use dkls23::secp256k1::Party;
use k256::{AffinePoint, Scalar, Secp256k1};
use zeroize::{Zeroize, Zeroizing};

use crate::{Abort, KeyId, KeyShare, PublicKey, Reason, Role, domain, share};

/// Largest account index: BIP-32 indices from 2^31 on are hardened, and a
/// hardened child would need the whole private key.
pub const MAX_ACCOUNT_INDEX: u32 = (1 << 31) - 1;

/// An account that cannot be derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeriveError {
    /// The index is above [`MAX_ACCOUNT_INDEX`].
    #[error("account index {0} is hardened: it must be below 2^31")]
    Hardened(u32),
    /// The key was imported: its one account is the key itself, and has number 0.
    #[error("account index {0} does not exist: an imported key has account 0 only")]
    Imported(u32),
    /// BIP-32 says to skip this index (probability below 2^-127).
    #[error("account index {0} gives no valid key")]
    Invalid(u32),
}

/// One side's share of one account's key. Lives in memory only.
///
/// # Security
///
/// It is spent by the signature it is used for, and is neither `Clone` nor
/// printable.
pub struct AccountShare {
    party: Party,
    public_key: PublicKey,
    role: Role,
    key: KeyId,
    epoch: u32,
    index: u32,
}

impl AccountShare {
    pub(crate) fn derive(share: &KeyShare, index: u32) -> Result<Self, DeriveError> {
        if index > MAX_ACCOUNT_INDEX {
            return Err(DeriveError::Hardened(index));
        }
        let party = if is_imported(&share.public_key(), share.chain_code()) {
            only_account(index)?;
            share.party().clone()
        } else {
            // 4.1: > the library's BIP-32 child of the share, the public key and the
            // > chain code; the oblivious-transfer state stays the master key's.
            share
                .party()
                .derive_child(index, |_| String::new())
                .map_err(|_| DeriveError::Invalid(index))?
        };
        let public_key = share::compressed(&party.pk).ok_or(DeriveError::Invalid(index))?;
        Ok(Self {
            party,
            public_key,
            role: share.role(),
            key: *share.id(),
            epoch: share.epoch(),
            index,
        })
    }

    /// The account's public key.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// The key this account belongs to.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        &self.key
    }

    /// The epoch of the share it was derived from.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The account's index: its BIP-32 path is `m/index`.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    pub(crate) fn into_party(self) -> Party {
        self.party
    }

    /// 3, 12: > ceremony and share are compared: role, key, epoch, account.
    pub(crate) fn expect(
        &self,
        role: Role,
        key: &KeyId,
        epoch: u32,
        account: u32,
    ) -> Result<(), Abort> {
        let fits = |ok: bool, what| {
            if ok {
                Ok(())
            } else {
                Err(Abort::retry(Reason::WrongCeremony(what)))
            }
        };
        fits(self.role == role, "the share is the other party's")?;
        fits(self.key == *key, "the share is of another key")?;
        fits(self.epoch == epoch, "the share is of another epoch")?;
        fits(self.index == account, "the share is of another account")
    }
}

/// 4.2: > the chain code of an imported key.
#[must_use]
pub fn imported_chain_code(public_key: &PublicKey) -> [u8; 32] {
    domain::hash(domain::IMPORTED, &[public_key])
}

/// 4.2: > a key is an imported one if it has this chain code.
pub(crate) fn is_imported(public_key: &PublicKey, chain_code: &[u8; 32]) -> bool {
    *chain_code == imported_chain_code(public_key)
}

/// 4.2: > which has account 0 only, the key itself.
const fn only_account(index: u32) -> Result<(), DeriveError> {
    match index {
        0 => Ok(()),
        other => Err(DeriveError::Imported(other)),
    }
}

/// The master key's child `m/index`, and the child of any secret that belongs to
/// it: of the private key, of a share, or of 0 where only the public half counts.
pub(crate) fn child(
    secret: &Scalar,
    public_key: &AffinePoint,
    chain_code: &[u8; 32],
    index: u32,
) -> Result<Child, DeriveError> {
    if index > MAX_ACCOUNT_INDEX {
        return Err(DeriveError::Hardened(index));
    }
    let invalid = DeriveError::Invalid(index);
    let own = share::compressed(public_key).ok_or(invalid)?;
    if is_imported(&own, chain_code) {
        only_account(index)?;
        return Ok(Child {
            secret: Zeroizing::new(*secret),
            public_key: own,
        });
    }
    let mut master = DerivData::<Secp256k1> {
        depth: 0,
        child_number: 0,
        parent_fingerprint: [0; 4],
        poly_point: *secret,
        pk: *public_key,
        chain_code: *chain_code,
    };
    // 4.1: > the library's BIP-32 child, as signing derives it.
    let child = master.derive_child(index);
    master.poly_point.zeroize();
    let child = child.map_err(|_| invalid)?;
    Ok(Child {
        secret: Zeroizing::new(child.poly_point),
        public_key: share::compressed(&child.pk).ok_or(invalid)?,
    })
}

/// What [`child`] derives.
pub(crate) struct Child {
    pub secret: Zeroizing<Scalar>,
    pub public_key: PublicKey,
}

impl fmt::Debug for AccountShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountShare")
            .field("key", &self.key)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
