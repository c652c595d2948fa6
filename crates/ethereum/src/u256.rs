//! Unsigned 256-bit integers: exact amounts and fees, and how they are shown.
//!
//! Only what transactions need: comparison, sums and products that do not wrap, RLP's shortest
//! form, and decimal text.

use core::fmt;

/// An unsigned 256-bit integer. Big-endian, so that the derived order is the numeric one.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct U256([u8; 32]);

impl U256 {
    /// Zero.
    pub const ZERO: Self = Self([0; 32]);
    /// 2^256-1.
    pub const MAX: Self = Self([0xff; 32]);

    /// From 32 big-endian bytes.
    #[must_use]
    pub const fn from_be_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The number as 32 big-endian bytes.
    #[must_use]
    pub const fn to_be_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Big-endian without leading zeros: RLP's form of an integer. Zero is empty.
    #[must_use]
    pub fn minimal_be(&self) -> &[u8] {
        strip_zeros(&self.0)
    }

    /// Is it zero?
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The number, if it fits 128 bits.
    #[must_use]
    pub fn to_u128(self) -> Option<u128> {
        self.minimal_be().iter().try_fold(0_u128, |value, byte| {
            Some(value.checked_mul(256)? + u128::from(*byte))
        })
    }

    /// The number, if it fits 64 bits.
    #[must_use]
    pub fn to_u64(self) -> Option<u64> {
        self.to_u128().and_then(|value| value.try_into().ok())
    }

    /// The sum, if it fits 256 bits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let mut carry = 0_u16;
        let mut sum = self.0;
        for (digit, addend) in sum.iter_mut().zip(other.0).rev() {
            let [high, low] = (u16::from(*digit) + u16::from(addend) + carry).to_be_bytes();
            *digit = low;
            carry = u16::from(high);
        }
        (carry == 0).then_some(Self(sum))
    }

    /// The product, if it fits 256 bits.
    #[must_use]
    pub fn checked_mul(self, factor: u64) -> Option<Self> {
        // A byte times a u64 plus the carry stays below 2^73.
        let mut carry = 0_u128;
        let mut product = self.0;
        for digit in product.iter_mut().rev() {
            let step = u128::from(*digit) * u128::from(factor) + carry;
            let [.., low] = step.to_be_bytes();
            *digit = low;
            carry = step >> 8;
        }
        (carry == 0).then_some(Self(product))
    }

    /// Quotient and remainder. Byte by byte, which keeps 128-bit division out of the module.
    fn divide(mut self, divisor: u32) -> (Self, u32) {
        let divisor = u64::from(divisor);
        let mut remainder = 0_u64;
        for digit in &mut self.0 {
            let dividend = remainder * 256 + u64::from(*digit);
            // The remainder is below the divisor, so the quotient is below 256.
            *digit = u8::try_from(dividend / divisor).unwrap_or(u8::MAX);
            remainder = dividend % divisor;
        }
        (self, u32::try_from(remainder).unwrap_or(u32::MAX))
    }

    /// A tenth, rounded up.
    #[must_use]
    pub(crate) fn tenth_rounded_up(self) -> Self {
        let (tenth, remainder) = self.divide(10);
        if remainder == 0 {
            return tenth;
        }
        // A tenth of the largest number is far below it.
        tenth.checked_add(Self::from(1_u64)).unwrap_or(Self::MAX)
    }

    /// Decimal text of the number divided by 10^`decimals`: all digits, no trailing zeros.
    #[must_use]
    pub fn to_units(&self, decimals: usize) -> String {
        let digits = format!("{:0>width$}", self.to_string(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            fraction => format!("{whole}.{fraction}"),
        }
    }
}

impl From<u64> for U256 {
    fn from(value: u64) -> Self {
        Self::from(u128::from(value))
    }
}

impl From<u128> for U256 {
    fn from(value: u128) -> Self {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().rev().zip(value.to_le_bytes()) {
            *to = from;
        }
        Self(bytes)
    }
}

/// Decimal.
impl fmt::Display for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nine digits a round: the remainder times 256 stays far within a u64.
        const BASE: u32 = 1_000_000_000;
        let mut rest = *self;
        let mut groups = Vec::new();
        while !rest.is_zero() {
            let remainder;
            (rest, remainder) = rest.divide(BASE);
            groups.push(remainder);
        }
        let mut groups = groups.into_iter().rev();
        let mut text = groups.next().unwrap_or(0).to_string();
        for group in groups {
            text.push_str(&format!("{group:09}"));
        }
        f.pad_integral(true, "", &text)
    }
}

/// As decimal text: JSON numbers are not exact.
impl serde::Serialize for U256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Debug for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn strip_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::U256;

    #[test]
    fn adds_and_multiplies_without_wrapping() {
        assert_eq!(
            U256::from(255_u64).checked_add(U256::from(1_u64)),
            Some(U256::from(256_u64))
        );
        assert_eq!(U256::MAX.checked_add(U256::from(1_u64)), None);
        assert_eq!(U256::MAX.checked_add(U256::ZERO), Some(U256::MAX));
        assert_eq!(
            U256::from(u64::MAX)
                .checked_mul(u64::MAX)
                .unwrap()
                .to_u128(),
            Some(u128::from(u64::MAX) * u128::from(u64::MAX))
        );
        assert_eq!(U256::MAX.checked_mul(2), None);
        assert_eq!(U256::MAX.checked_mul(1), Some(U256::MAX));
    }

    #[test]
    fn prints_decimal_and_units_with_every_digit() {
        assert_eq!(U256::ZERO.to_string(), "0");
        assert_eq!(
            U256::MAX.to_string(),
            "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        );
        assert_eq!(U256::from(1_000_000_000_u64).to_string(), "1000000000");
        assert_eq!(U256::from(1_u64).to_units(18), "0.000000000000000001");
        assert_eq!(
            U256::from(1_500_000_000_000_000_000_u64).to_units(18),
            "1.5"
        );
        assert_eq!(U256::from(3_000_000_000_000_000_000_u64).to_units(18), "3");
        assert_eq!(U256::ZERO.to_units(9), "0");
        assert_eq!(U256::from(12_345_u64).to_units(0), "12345");
    }

    #[test]
    fn converts_back_only_when_it_fits() {
        assert_eq!(U256::from(u128::MAX).to_u128(), Some(u128::MAX));
        assert_eq!(
            U256::from(u128::MAX)
                .checked_add(U256::from(1_u64))
                .unwrap()
                .to_u128(),
            None
        );
        assert_eq!(U256::from(u64::MAX).to_u64(), Some(u64::MAX));
        assert_eq!(U256::from(u128::from(u64::MAX) + 1).to_u64(), None);
    }

    #[test]
    fn orders_by_value() {
        assert!(U256::from(256_u64) > U256::from(255_u64));
        assert!(U256::MAX > U256::from(u128::MAX));
    }
}
