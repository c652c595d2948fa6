//! The host callback as the keyring's `Call`.

use futures_util::future::LocalBoxFuture;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::host::Call;

/// A JavaScript function from request text to a promise of response text.
pub struct Callback(Function);

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
    // An error object; what is no object at all has no properties.
    Reflect::get(&thrown, &JsValue::from_str("message"))
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| "the host gave no reason".to_owned())
}
