//! A WAV file of everything played, whole at any time: its header is brought up to date each
//! second, and a file of an earlier run is continued.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::mixer::SAMPLE_RATE;

const HEADER_BYTES: u32 = 44;
const BYTES_A_SECOND: u32 = SAMPLE_RATE * 2;

/// Writes S16LE, 48 kHz, mono.
#[derive(Debug)]
pub(crate) struct WaveWriter {
    file: File,
    data_bytes: u32,
    header_bytes_told: u32,
}

fn header(data_bytes: u32) -> [u8; HEADER_BYTES as usize] {
    let mut header = [0; HEADER_BYTES as usize];
    let fields: [&[u8]; 13] = [
        b"RIFF",
        &(data_bytes.saturating_add(HEADER_BYTES - 8)).to_le_bytes(),
        b"WAVE",
        b"fmt ",
        &16_u32.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &SAMPLE_RATE.to_le_bytes(),
        &BYTES_A_SECOND.to_le_bytes(),
        &2_u16.to_le_bytes(),
        &16_u16.to_le_bytes(),
        b"data",
        &data_bytes.to_le_bytes(),
    ];
    for (byte, value) in header.iter_mut().zip(fields.into_iter().flatten()) {
        *byte = *value;
    }
    header
}

impl WaveWriter {
    /// Opens or continues the file.
    ///
    /// # Errors
    /// The system's, where the file can be neither opened nor written.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let mut found = Vec::new();
        (&mut file).take(u64::from(HEADER_BYTES)).read_to_end(&mut found)?;
        let told = found.last_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let continued = found == header(told);
        let data_bytes = if continued { told } else { 0 };
        file.set_len(u64::from(HEADER_BYTES) + u64::from(data_bytes))?;
        let mut writer = Self { file, data_bytes, header_bytes_told: data_bytes };
        writer.tell_length()?;
        Ok(writer)
    }

    fn tell_length(&mut self) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header(self.data_bytes))?;
        self.file.seek(SeekFrom::End(0))?;
        self.header_bytes_told = self.data_bytes;
        Ok(())
    }

    /// Appends samples as bytes.
    ///
    /// # Errors
    /// The system's; what was written before stays whole.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(bytes.len()).unwrap_or(0);
        if self.data_bytes.checked_add(length).is_none_or(|sum| sum > u32::MAX - HEADER_BYTES) {
            return Ok(());
        }
        self.file.write_all(bytes)?;
        self.data_bytes += length;
        if self.data_bytes - self.header_bytes_told >= BYTES_A_SECOND {
            self.tell_length()?;
        }
        Ok(())
    }
}

impl Drop for WaveWriter {
    fn drop(&mut self) {
        if let Err(error) = self.tell_length() {
            tracing::warn!(%error, "the speaker's file was not finished");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_kiosk_leaves_a_whole_file_and_the_next_one_goes_on_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("heard.wav");
        let second = vec![5; BYTES_A_SECOND as usize];
        let mut writer = WaveWriter::open(&path).unwrap();
        writer.write(&second).unwrap();
        writer.write(&second[..960]).unwrap();
        std::mem::forget(writer);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes[..44], header(BYTES_A_SECOND));
        let mut writer = WaveWriter::open(&path).unwrap();
        writer.write(&second[..960]).unwrap();
        drop(writer);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len(), 44 + BYTES_A_SECOND as usize + 960);
        assert_eq!(bytes[..44], header(BYTES_A_SECOND + 960));
    }

    #[test]
    fn a_file_of_another_kind_is_written_anew() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("heard.wav");
        std::fs::write(&path, vec![1; 500]).unwrap();
        drop(WaveWriter::open(&path).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), header(0));
    }
}
