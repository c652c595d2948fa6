//! `tandem replace`.

use serde_json::{Map, json};

use super::send::{Transaction, send};
use crate::cli::Options;
use crate::error::Error;

pub async fn run(options: &Options, hash: &str, transaction: &Transaction) -> Result<(), Error> {
    let node = options.node()?;
    let mut params = Map::from_iter([("replaces".to_owned(), json!(hash))]);
    if !transaction.is_empty() {
        transaction.put_into(&mut params, &node).await?;
    }
    transaction.put_speed_into(&mut params);
    send(options, node, params).await
}
