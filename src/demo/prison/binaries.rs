//! Finds the real binaries beside our own.

use std::path::PathBuf;

use anyhow::{Context, bail};

/// The path of `muwajaha` or `muwajaha-service`: beside this executable, or one folder up where this
/// one is a test's.
///
/// # Errors
/// When it was not built.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("finding our own executable")?;
    let folders = own.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    match found {
        Some(path) => Ok(path),
        None => bail!("there is no `{name}` beside {}: build it with `cargo build --workspace`", own.display()),
    }
}
