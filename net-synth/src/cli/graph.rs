//! `graph`: the network as a diagram.

use super::{FAILED, SUCCEEDED, arguments::Notation, fail};
use crate::{emit, output};
use net_dsl::Network;
use std::{
    io,
    path::{Path, PathBuf},
};

pub(super) fn run(
    network: &Network,
    notation: Notation,
    file: Option<PathBuf>,
    out: &mut dyn io::Write,
    err: &mut dyn io::Write,
) -> io::Result<u8> {
    let text = match notation {
        Notation::Mermaid => emit::mermaid(network),
        Notation::Dot => emit::dot(network),
        Notation::Svg => emit::svg(network),
        Notation::Json => network.to_json(),
    };
    let Some(file) = file else {
        out.write_all(text.as_bytes())?;
        return Ok(SUCCEEDED);
    };
    let Some(name) = file.file_name() else {
        fail(err, &format!("`{}` does not name a file", file.display()))?;
        return Ok(FAILED);
    };
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    match output::write(folder, &[(name, &text)]) {
        Ok(()) => Ok(SUCCEEDED),
        Err(error) => {
            fail(err, &format!("`{}` could not be written: {error}", file.display()))?;
            Ok(FAILED)
        }
    }
}
