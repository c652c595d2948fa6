//! The native numbers, as JSON on stdout:
//! `tandem-bench ceremonies <keygens> <signatures>`, or
//! `tandem-bench prepare <runs>` with a request on stdin.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), String> {
    let usage =
        || "usage: tandem-bench ceremonies <keygens> <signatures> | prepare <runs>".to_owned();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = |text: &String| text.parse::<usize>().map_err(|_| usage());
    let start = cpu_time::ThreadTime::now();
    let milliseconds = || start.elapsed().as_secs_f64() * 1e3;
    let microseconds = || start.elapsed().as_secs_f64() * 1e6;
    let report = match arguments.as_slice() {
        [part, keygens, signatures] if part == "ceremonies" => {
            tandem_bench::ceremonies(count(keygens)?, count(signatures)?, &milliseconds)?
        }
        [part, runs] if part == "prepare" => {
            let request = std::io::read_to_string(std::io::stdin())
                .map_err(|error| format!("no request on stdin: {error}"))?;
            tandem_bench::prepare(&request, count(runs)?, &microseconds)?
        }
        _ => return Err(usage()),
    };
    println!("{report}");
    Ok(())
}

#[cfg(target_arch = "wasm32")]
fn main() {}
