//! Reading a request: from its text to digest and summary, as the server does it.

use serde_json::{Value, json};
use tandem_ethereum::Request;

/// Prepares the request `runs` times; the median as JSON. The clock is in microseconds.
///
/// # Errors
/// A request that is refused, as text.
pub fn run(request: &str, runs: usize, clock: &dyn Fn() -> f64) -> Result<Value, String> {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs.max(1) {
        let start = clock();
        let prepared = Request::from_json(request).and_then(|request| request.prepare());
        times.push(clock() - start);
        prepared.map_err(|error| error.to_string())?;
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
    Ok(json!({ "microsecondsMedian": (median * 10.0).round() / 10.0 }))
}
