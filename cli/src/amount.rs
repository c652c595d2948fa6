//! Amounts of ether as a person writes them, read exactly: no number here is ever a fraction.

/// An amount in wei, as the `0x` text that requests have.
///
/// `0.1eth`, `3 gwei`, `21000wei`; without a unit it is wei.
///
/// # Errors
/// What is wrong with it.
pub fn wei(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let unit_at = text
        .find(|character: char| character.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let decimals: usize = match unit {
        "" | "wei" => 0,
        "gwei" => 9,
        "eth" | "ether" => 18,
        _ => return Err("has another unit than eth, gwei or wei"),
    };
    let number = number.trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_lone_point = number.contains('.') && fraction.is_empty();
    if whole.is_empty() || has_lone_point || !is_digits(whole) || !is_digits(fraction) {
        return Err("is not a decimal number with a unit, such as 0.1eth, 3gwei or 21000");
    }
    if fraction.len() > decimals {
        return Err("has more decimal places than its unit; one without a unit is wei");
    }
    let wei = format!("{whole}{fraction:0<decimals$}");
    match wei.parse::<u128>() {
        Ok(wei) => Ok(format!("{wei:#x}")),
        Err(_) => Err("is more than there can be"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_to_the_last_wei() {
        for (text, expected) in [
            ("0", "0x0"),
            ("21000", "0x5208"),
            ("7wei", "0x7"),
            ("1gwei", "0x3b9aca00"),
            ("1.000000001 gwei", "0x3b9aca01"),
            ("1eth", "0xde0b6b3a7640000"),
            ("0.1ether", "0x16345785d8a0000"),
            ("0.000000000000000001eth", "0x1"),
            ("007.50gwei", "0x1bf08eb00"),
            (
                "340282366920938463463374607431768211455",
                "0xffffffffffffffffffffffffffffffff",
            ),
        ] {
            assert_eq!(wei(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_exactly_an_amount_is_refused() {
        for text in [
            "",
            ".",
            ".5eth",
            "1.",
            "1.eth",
            "1.5",
            "1.5wei",
            "0.0000000001gwei",
            "0.0000000000000000001eth",
            "-1",
            "+1",
            "1e3",
            "1_000",
            "1,5eth",
            "0x10",
            "1ETH",
            "1 eth eth",
            "1..2eth",
            "\u{661}eth",
            "340282366920938463463374607431768211456",
            "340282366920938463464eth",
        ] {
            assert!(wei(text).is_err(), "{text}: {:?}", wei(text));
        }
    }
}
