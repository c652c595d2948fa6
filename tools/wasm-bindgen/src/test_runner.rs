//! `wasm-bindgen-test-runner`: runs `#[wasm_bindgen_test]` under node or in a
//! headless browser (`CHROMEDRIVER`), for `cargo test --target wasm32-unknown-unknown`.

fn main() {
    let result =
        wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os());
    if let Err(error) = result {
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}
