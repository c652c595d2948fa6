//! `tandem-server`: see `tandem_server::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tandem_server::cli::main()
}
