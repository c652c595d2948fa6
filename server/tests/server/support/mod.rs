//! A server process, a device, and what they sign.

mod device;
mod process;
mod recovery;
mod refresh;
mod requests;
mod session;

pub use device::{Device, Prepared, Step};
pub use process::{DEADLINE, Directory, Output, Server, command};
pub use requests::{address, authorization, message, recovers, transaction};
pub use session::{Session, close_code, http_get, upgrade_status};
