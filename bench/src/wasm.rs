//! The entry for node.

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Runs the ceremonies with a clock that returns CPU milliseconds; JSON text.
#[wasm_bindgen]
pub fn run(keygens: u32, signatures: u32, clock: &Function) -> Result<String, String> {
    let clock = || {
        let now = clock.call0(&JsValue::NULL).ok();
        now.and_then(|now| now.as_f64()).unwrap_or(f64::NAN)
    };
    crate::ceremonies(keygens as usize, signatures as usize, &clock).map(|value| value.to_string())
}
