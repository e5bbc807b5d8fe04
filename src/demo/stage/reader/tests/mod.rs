//! Each reader as its host sees it: raw bytes over a real pseudo-terminal.

mod far_end;
mod listeners;
mod osdp;
mod plugs;
mod pn532;
mod twn4;

use far_end::FarEnd;

use super::*;

/// A reader with its far end open.
struct Desk {
    reader: Reader,
    far_end: FarEnd,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn with(model: ReaderModel) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let reader = Reader::of_model(model, &folder.path().join("reader")).unwrap();
        let far_end = FarEnd::open(reader.path());
        Self { reader, far_end, _folder: folder }
    }
}
