//! Files that are there whole or not at all, and counts in words.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    path::Path,
    process,
};

/// Writes files into a folder, made if need be: all are written beside their place first and
/// renamed only then, so that a failure leaves what was there before.
pub(crate) fn write<N: AsRef<OsStr>>(folder: &Path, files: &[(N, &str)]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let place = |name: &N| folder.join(name.as_ref());
    let beside = |name: &N| {
        let mut hidden = OsString::from(".");
        hidden.push(name.as_ref());
        hidden.push(format!(".{}", process::id()));
        folder.join(hidden)
    };
    // Of all that could stop the second file once the first is in place, this is the likely one.
    if let Some((name, _)) = files.iter().find(|(name, _)| place(name).is_dir()) {
        let name = name.as_ref().display();
        return Err(io::Error::new(io::ErrorKind::IsADirectory, format!("`{name}` is a folder")));
    }
    let written = files.iter().try_for_each(|(name, text)| fs::write(beside(name), text));
    let renamed = written.and_then(|()| {
        files.iter().try_for_each(|(name, _)| fs::rename(beside(name), place(name)))
    });
    if renamed.is_err() {
        for (name, _) in files {
            // What was not written cannot be removed, and that is all right.
            let _ = fs::remove_file(beside(name));
        }
    }
    renamed
}

/// `1 function`, `2 functions`.
pub(crate) fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ if what.ends_with('s') => format!("{number} {what}es"),
        _ if what.ends_with('y') => format!("{number} {}ies", &what[..what.len() - 1]),
        _ => format!("{number} {what}s"),
    }
}
