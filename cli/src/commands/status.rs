//! `tandem status`.

use serde_json::json;

use crate::cli::Options;
use crate::device::Terminal;
use crate::error::Error;
use crate::terminal::print;

pub async fn run(options: &Options) -> Result<(), Error> {
    let device = Terminal::open(&options.place()?, None, false)?;
    print(&device.request("tandem_status", json!({})).await?)
}
