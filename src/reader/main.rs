//! The binary `muwajaha-reader`, started by the kiosk with a socket as its standard input.

mod overrides;

use std::io::Write;
use std::process::ExitCode;

use muwajaha_reader::service;

fn main() -> ExitCode {
    match service::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be said where standard error is closed.
            let _ = writeln!(std::io::stderr(), "muwajaha-reader: {error:#}");
            ExitCode::FAILURE
        }
    }
}
