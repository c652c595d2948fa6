//! `tandem cancel`.

use serde_json::{Map, json};

use super::send::send;
use crate::cli::Options;
use crate::error::Error;

pub async fn run(options: &Options, hash: &str, speed: Option<&str>) -> Result<(), Error> {
    let node = options.node()?;
    let mut params = Map::from_iter([("cancel".to_owned(), json!(hash))]);
    if let Some(speed) = speed {
        params.insert("speed".to_owned(), json!(speed));
    }
    send(options, node, params).await
}
