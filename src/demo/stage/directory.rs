//! The folder in which a run keeps everything it makes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;

static RUNS: AtomicU32 = AtomicU32::new(0);

/// A run's folder; removed at the end unless it was named by a person.
#[derive(Debug)]
pub struct StageDirectory {
    path: PathBuf,
    is_kept: bool,
}

impl StageDirectory {
    /// `named`, or a fresh folder below the system's one for temporary files.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(named: Option<&Path>) -> anyhow::Result<Self> {
        let path = match named {
            Some(path) => std::path::absolute(path)?,
            None => {
                let run = RUNS.fetch_add(1, Ordering::Relaxed);
                std::env::temp_dir().join(format!("muwajaha-demo-{}-{run}", std::process::id()))
            }
        };
        std::fs::create_dir_all(&path).with_context(|| format!("making the folder {}", path.display()))?;
        Ok(Self { path, is_kept: named.is_some() })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside, made if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.path.join(name);
        std::fs::create_dir_all(&path).with_context(|| format!("making the folder {}", path.display()))?;
        Ok(path)
    }

    /// Where a program's log goes.
    pub fn log(&self, program: &str) -> PathBuf {
        self.path.join(format!("{program}.log"))
    }

    /// Keeps the folder after the end, for a person to look into.
    pub fn keep(&mut self) {
        self.is_kept = true;
    }
}

impl Drop for StageDirectory {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!("the folder {} stays behind: {error}", self.path.display());
        }
    }
}
