#![no_main]

#[path = "../../tests/ethereum/fuzz_checks.rs"]
mod fuzz_checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_checks::request(bytes));
