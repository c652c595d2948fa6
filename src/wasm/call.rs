//! The host callback as the keyring's `Call`.

use futures_util::future::LocalBoxFuture;
use js_sys::{Function, Promise};
use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::host::Call;

/// A JavaScript function from request text to a promise of response text.
pub struct Callback(Function);

/// The parts of a thrown JavaScript error that are passed on.
#[derive(Deserialize)]
struct Thrown {
    message: Option<String>,
}

impl Callback {
    pub fn new(function: Function) -> Self {
        Self(function)
    }
}

impl Call for Callback {
    fn call(&self, request: String) -> LocalBoxFuture<'static, Result<String, String>> {
        let called = self.0.call1(&JsValue::NULL, &JsValue::from_str(&request));
        Box::pin(async move {
            let answered = match called {
                Ok(value) => JsFuture::from(Promise::resolve(&value)).await,
                Err(thrown) => Err(thrown),
            };
            match answered {
                Ok(value) => value
                    .as_string()
                    .ok_or_else(|| "the host answered with no text".to_owned()),
                Err(thrown) => Err(reason(thrown)),
            }
        })
    }
}

/// What a rejected promise or a thrown value says.
fn reason(thrown: JsValue) -> String {
    if let Some(text) = thrown.as_string() {
        return text;
    }
    serde_wasm_bindgen::from_value::<Thrown>(thrown)
        .ok()
        .and_then(|thrown| thrown.message)
        .unwrap_or_else(|| "the host gave no reason".to_owned())
}
