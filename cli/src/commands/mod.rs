//! One file for each command. Each asks the device and prints what it answers.

pub mod account;
pub mod backup;
pub mod cancel;
pub mod enrol;
pub mod export;
pub mod move_key;
pub mod receipt;
pub mod recover;
pub mod recovery;
pub mod refresh;
pub mod replace;
pub mod send;
pub mod status;

mod named_key;
