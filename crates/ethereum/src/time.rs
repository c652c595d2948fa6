//! Points in time as text: RFC 3339's date-time read, Unix time shown.
//!
//! There is no clock here. Callers that have one compare.

use crate::U256;

const SECONDS_PER_DAY: u64 = 86_400;

/// A Unix time in words: "2026-11-24 14:00:00 UTC"; far beyond any life its number.
pub(crate) fn utc(unix_seconds: U256) -> String {
    match date(unix_seconds) {
        Some(date) => date,
        None => format!("Unix time {unix_seconds} (no date before the year 10000)"),
    }
}

/// The number as it is signed, with its date.
pub(crate) fn number_and_date(unix_seconds: U256) -> String {
    match date(unix_seconds) {
        Some(date) => format!("{unix_seconds} ({date})"),
        None => format!("{unix_seconds} (after the year 9999)"),
    }
}

fn date(unix_seconds: U256) -> Option<String> {
    /// The end of the year 9999.
    const LAST: u64 = 253_402_300_799;
    let seconds = unix_seconds.to_u64().filter(|seconds| *seconds <= LAST)?;
    let mut days = seconds / SECONDS_PER_DAY;
    let mut year = 1970;
    while days >= days_of_year(year) {
        days -= days_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_of_month(year, month) {
        days -= days_of_month(year, month);
        month += 1;
    }
    let second = seconds % SECONDS_PER_DAY;
    Some(format!(
        "{year}-{month:02}-{:02} {:02}:{:02}:{:02} UTC",
        days + 1,
        second / 3600,
        second / 60 % 60,
        second % 60
    ))
}

/// Reads RFC 3339's date-time. Gives Unix time in seconds, cut to the second before; a leap second
/// counts as the second before it.
pub(crate) fn parse_rfc3339(text: &str) -> Option<i64> {
    let mut rest = text;
    let year = number(&mut rest, 4)?;
    let month = after(&mut rest, "-", 2)?;
    let day = after(&mut rest, "-", 2)?;
    rest = rest.strip_prefix(['T', 't'])?;
    let hour = number(&mut rest, 2)?;
    let minute = after(&mut rest, ":", 2)?;
    let second = after(&mut rest, ":", 2)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction
            .find(|digit: char| !digit.is_ascii_digit())
            .filter(|length| *length > 0)?;
        rest = fraction.get(end..)?;
    }
    let offset = match rest.strip_prefix(['+', '-']) {
        None => {
            rest = rest.strip_prefix(['Z', 'z'])?;
            0
        }
        Some(mut zone) => {
            let hours = number(&mut zone, 2).filter(|hours| *hours <= 23)?;
            let minutes = after(&mut zone, ":", 2).filter(|minutes| *minutes <= 59)?;
            let east = rest.starts_with('+');
            rest = zone;
            let seconds = i64::try_from(hours * 3600 + minutes * 60).ok()?;
            if east { seconds } else { -seconds }
        }
    };
    let valid = rest.is_empty()
        && (1..=12).contains(&month)
        && (1..=days_of_month(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !valid {
        return None;
    }
    // Days since the year 0, whose days count too.
    let years: u64 = (0..year).map(days_of_year).sum();
    let months: u64 = (1..month).map(|month| days_of_month(year, month)).sum();
    let days = i64::try_from(years + months + day - 1).ok()? - 719_528;
    let seconds = i64::try_from(hour * 3600 + minute * 60 + second.min(59)).ok()?;
    Some(days * 86_400 + seconds - offset)
}

fn after(text: &mut &str, separator: &str, digits: usize) -> Option<u64> {
    *text = text.strip_prefix(separator)?;
    number(text, digits)
}

/// Takes exactly so many digits.
fn number(text: &mut &str, digits: usize) -> Option<u64> {
    let (number, rest) = text.split_at_checked(digits)?;
    *text = rest;
    // `parse` alone would take a sign.
    let all_digits = number.bytes().all(|digit| digit.is_ascii_digit());
    all_digits.then(|| number.parse().ok())?
}

const fn days_of_year(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn days_of_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::{number_and_date, parse_rfc3339, utc};
    use crate::U256;

    #[test]
    fn shows_unix_time_as_a_date() {
        for (seconds, date) in [
            (0_u64, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (253_402_300_799, "9999-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(utc(U256::from(seconds)), date);
        }
        assert!(utc(U256::from(253_402_300_800_u64)).starts_with("Unix time 253402300800"));
        assert!(utc(U256::MAX).starts_with("Unix time 1157"));
        assert_eq!(
            number_and_date(U256::from(1_700_000_000_u64)),
            "1700000000 (2023-11-14 22:13:20 UTC)"
        );
        assert_eq!(
            number_and_date(U256::from(253_402_300_800_u64)),
            "253402300800 (after the year 9999)"
        );
    }

    #[test]
    fn reads_what_rfc_3339_allows() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999Z", -1),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("2021-09-30T16:25:24Z", 1_633_019_124),
            ("2021-09-30t16:25:24.123456789z", 1_633_019_124),
            ("2021-09-30T18:25:24+02:00", 1_633_019_124),
            ("2021-09-30T12:55:24-03:30", 1_633_019_124),
            ("2000-02-29T00:00:00-00:00", 951_782_400),
            ("2016-12-31T23:59:60Z", 1_483_228_799),
        ] {
            assert_eq!(parse_rfc3339(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn refuses_every_other_form_of_time() {
        for text in [
            "",
            "2021-09-30",
            "2021-09-30T16:25:24",
            "2021-09-30 16:25:24Z",
            "2021-09-30T16:25Z",
            "2021-9-30T16:25:24Z",
            "+021-09-30T16:25:24Z",
            "2021-09-30T16:25:24.Z",
            "2021-09-30T16:25:24,5Z",
            "2021-09-30T16:25:24+0200",
            "2021-09-30T16:25:24+24:00",
            "2021-09-30T16:25:24+02:60",
            "2021-09-30T16:25:24ZZ",
            "2021-09-30T16:25:24Z ",
            "2021-00-30T16:25:24Z",
            "2021-13-30T16:25:24Z",
            "2021-09-31T16:25:24Z",
            "2021-09-00T16:25:24Z",
            "2021-02-29T16:25:24Z",
            "1900-02-29T16:25:24Z",
            "2021-09-30T24:00:00Z",
            "2021-09-30T16:60:24Z",
            "2021-09-30T16:25:61Z",
            "２021-09-30T16:25:24Z",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }
}
