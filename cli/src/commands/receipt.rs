//! `tandem receipt`.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::cli::Options;
use crate::device::Terminal;
use crate::error::Error;
use crate::terminal::print;

/// How often the node is asked.
const POLL: Duration = Duration::from_secs(1);

pub async fn run(options: &Options, hash: &str, wait: Option<u64>) -> Result<(), Error> {
    let device = Terminal::open(&options.place()?, Some(options.node()?), false)?;
    let ask = || device.request("tandem_transactionStatus", json!({"hash": hash}));
    let Some(seconds) = wait else {
        return print(&ask().await?);
    };
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut answer = ask().await?;
    while status(&answer) == "pending" && Instant::now() < until {
        sleep(POLL).await;
        answer = ask().await?;
    }
    print(&answer)?;
    match status(&answer) {
        "mined" => Ok(()),
        "pending" => Err(Error::NotMined(format!(
            "still pending after {seconds} seconds"
        ))),
        other => Err(Error::NotMined(format!("it is {other}"))),
    }
}

fn status(answer: &Value) -> &str {
    let status = answer.get("status").and_then(Value::as_str);
    status.unwrap_or_default()
}
