//! `tandem backup` and `tandem kit`: what `tandem-recover` takes.

use std::io::{Write, stdout};

use serde_json::Value;

use super::named_key;
use crate::cli::{OfKey, Options};
use crate::device::Terminal;
use crate::error::Error;
use crate::terminal::print;

/// Shows this device's share.
pub async fn share(options: &Options, key: &OfKey, yes_print: bool) -> Result<(), Error> {
    let device = Terminal::open(&options.place()?, None, yes_print)?;
    let params = named_key::params(&device, key).await?;
    print(&device.request("tandem_backup", params.into()).await?)
}

/// Prints the kit, as the text of its file.
pub async fn kit(options: &Options, key: &OfKey) -> Result<(), Error> {
    let device = Terminal::open(&options.place()?, None, false)?;
    let params = named_key::params(&device, key).await?;
    let kit = device.request("tandem_kit", params.into()).await?;
    let file = kit.get("file").and_then(Value::as_str).unwrap_or_default();
    let mut out = stdout().lock();
    out.write_all(file.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|source| Error::Stream {
            what: "standard output",
            source,
        })
}
