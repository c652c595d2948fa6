//! `hashStruct` and `encodeData`.

use super::{read::Data, types::Types};
use crate::{
    keccak256,
    refusal::{self, Refusal},
};

/// How much of `encodeType` is written out for all structs together. A type that many others refer
/// to is written for each of them, so a short request could mean minutes of hashing.
const MAX_TYPE_TEXT: usize = 1024 * 1024;

/// Hashes structs. Each type is hashed once.
pub(super) struct Encoder<'t, 'a> {
    types: &'t Types<'a>,
    type_hashes: Vec<Option<[u8; 32]>>,
    type_text_left: usize,
}

impl<'t, 'a> Encoder<'t, 'a> {
    pub(super) fn new(types: &'t Types<'a>) -> Self {
        Self {
            types,
            type_hashes: vec![None; types.len()],
            type_text_left: MAX_TYPE_TEXT,
        }
    }

    /// `hashStruct(s) = keccak256(typeHash ‖ encodeData(s))`
    pub(super) fn hash_struct(
        &mut self,
        index: usize,
        fields: &[Data],
    ) -> Result<[u8; 32], &'static Refusal> {
        let mut encoded = Vec::with_capacity(32 * (1 + fields.len()));
        encoded.extend_from_slice(&self.type_hash(index)?);
        self.append_words(fields, &mut encoded)?;
        Ok(keccak256(&encoded))
    }

    /// `encodeData`: one word for each value.
    fn append_words(
        &mut self,
        values: &[Data],
        encoded: &mut Vec<u8>,
    ) -> Result<(), &'static Refusal> {
        for value in values {
            let word = match value {
                Data::Scalar(scalar) => scalar.word(),
                Data::Struct(index, fields) => self.hash_struct(*index, fields)?,
                Data::Absent => [0; 32],
                Data::List(items) => {
                    let mut words = Vec::with_capacity(32 * items.len());
                    self.append_words(items, &mut words)?;
                    keccak256(&words)
                }
            };
            encoded.extend_from_slice(&word);
        }
        Ok(())
    }

    /// `typeHash = keccak256(encodeType(typeOf(s)))`
    fn type_hash(&mut self, index: usize) -> Result<[u8; 32], &'static Refusal> {
        if let Some(Some(hash)) = self.type_hashes.get(index) {
            return Ok(*hash);
        }
        let text = self.types.encode_type(index);
        self.type_text_left = self
            .type_text_left
            .checked_sub(text.len())
            .ok_or(&refusal::TYPES_TOO_LONG)?;
        let hash = keccak256(text.as_bytes());
        if let Some(place) = self.type_hashes.get_mut(index) {
            *place = Some(hash);
        }
        Ok(hash)
    }
}
