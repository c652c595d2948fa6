//! The native numbers: `tandem-bench <keygens> <signatures>`, JSON on stdout.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), String> {
    let mut counts = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut count = |default| match counts.next() {
        None => Ok(default),
        Some(Ok(count)) => Ok(count),
        Some(Err(_)) => Err("usage: tandem-bench <keygens> <signatures>".to_owned()),
    };
    let (keygens, signatures) = (count(3)?, count(50)?);
    let start = cpu_time::ThreadTime::now();
    let clock = || start.elapsed().as_secs_f64() * 1000.0;
    println!("{}", tandem_bench::run(keygens, signatures, &clock)?);
    Ok(())
}

#[cfg(target_arch = "wasm32")]
fn main() {}
