//! `tandem export`.

use super::named_key;
use crate::cli::{OfKey, Options};
use crate::device::Terminal;
use crate::error::Error;
use crate::terminal::print;

pub async fn run(options: &Options, account: &str, yes_print: bool) -> Result<(), Error> {
    let device = Terminal::open(&options.place()?, None, yes_print)?;
    let named = OfKey {
        account: Some(account.to_owned()),
        key: None,
    };
    let params = named_key::params(&device, &named).await?;
    print(&device.request("tandem_exportKey", params.into()).await?)
}
