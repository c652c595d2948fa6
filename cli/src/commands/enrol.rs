//! `tandem enrol`.

use serde_json::json;

use crate::cli::Options;
use crate::device::Terminal;
use crate::error::Error;
use crate::terminal::print;

/// Makes the state if there is none.
pub async fn run(options: &Options) -> Result<(), Error> {
    let device = Terminal::open_or_make(&options.place()?)?;
    print(&device.request("tandem_enrol", json!({})).await?)
}
