//! Kiosks by a list of names, for a technician who comes with a pallet of machines.
//!
//! The list is judged whole before the first kiosk is made, so that a mistake in it can be mended and
//! the command given again.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use muwajaha_wire::admin::{KioskWire, Listing, NewKiosk, ProvisioningCode};
use reqwest::Method;
use serde_json::Value;

use crate::office::Desk;
use crate::secrets::write_private;

/// Makes the kiosks; their codes, and a file for each in `folder` where one is given.
pub(crate) async fn add_kiosks(
    desk: &Desk,
    names_file: &Path,
    room: &str,
    days: u32,
    folder: Option<&Path>,
) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(names_file).with_context(|| format!("{}", names_file.display()))?;
    let names = names(&text).with_context(|| format!("{}", names_file.display()))?;
    let known: Listing<KioskWire> = serde_json::from_value(desk.ask(Method::GET, "kiosks", None).await?)?;
    if let Some(known) = known.items.iter().find(|kiosk| names.contains(&kiosk.id)) {
        bail!("{}: kiosk {} is there already: nothing was made", names_file.display(), known.id);
    }
    if let Some(folder) = folder {
        ensure!(folder.is_dir(), "{} is no folder: nothing was made", folder.display());
    }
    let mut codes = Vec::new();
    for id in names {
        let new = NewKiosk { id, room: room.to_owned(), code_days: Some(days) };
        let code: ProvisioningCode = serde_json::from_value(desk.add("kiosks", serde_json::to_value(&new)?).await?)?;
        if let Some(folder) = folder {
            let file = folder.join(format!("{}.provisioning", code.kiosk));
            write_private(&file, &code.signed_order).with_context(|| {
                format!("{}: kiosk {} is made; give it a code by `kiosk-code`", file.display(), code.kiosk)
            })?;
        }
        codes.push(code);
    }
    Ok(serde_json::to_value(codes)?)
}

/// The names of a list, one a line; empty lines and those that begin with `#` are passed over.
fn names(text: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let name = line.trim();
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        ensure!(is_name, "line {number}: a kiosk's name has letters A to Z, digits, - _ and . only: nothing was made");
        ensure!(names.insert(name.to_owned()), "line {number}: {name} is there twice: nothing was made");
    }
    ensure!(!names.is_empty(), "no name in it: nothing was made");
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_list_of_names_is_read_whole_or_not_at_all() {
        let read = names("K-01\n\n# the new hall\n  K-02 \r\n").unwrap();
        assert_eq!(read.into_iter().collect::<Vec<_>>(), ["K-01", "K-02"]);
        for (wrong, told) in
            [("K-01\nK-02\nK-01", "line 3: K-01 is there twice"), ("K-01\nK 02", "line 2"), ("\n# K", "no name")]
        {
            let refused = names(wrong).unwrap_err().to_string();
            assert!(refused.contains(told) && refused.contains("nothing was made"), "{refused}");
        }
    }
}
