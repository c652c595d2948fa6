//! `tandem move`.

use serde_json::json;

use super::named_key;
use crate::cli::{OfKey, Options};
use crate::device::Terminal;
use crate::error::Error;
use crate::terminal::print;

pub async fn run(options: &Options, key: &OfKey, anew: bool) -> Result<(), Error> {
    let device = Terminal::open(&options.place()?, None, false)?;
    let mut params = named_key::params(&device, key).await?;
    if anew {
        params.insert("anew".to_owned(), json!(true));
    }
    print(&device.request("tandem_move", params.into()).await?)
}
