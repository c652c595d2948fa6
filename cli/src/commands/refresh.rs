//! `tandem refresh`.

use super::named_key;
use crate::cli::{OfKey, Options};
use crate::device::Terminal;
use crate::error::Error;
use crate::terminal::print;

pub async fn run(options: &Options, key: &OfKey) -> Result<(), Error> {
    let device = Terminal::open(&options.place()?, None, false)?;
    let params = named_key::params(&device, key).await?;
    print(&device.request("tandem_refresh", params.into()).await?)
}
