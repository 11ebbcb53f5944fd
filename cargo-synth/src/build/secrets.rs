//! Files that keep secrets, and have no place in a package.
//!
//! A package lies in a bucket and on Lambda's machines, and whoever may look at a function may have it.
//! What is left out is known by the names that tools give such files, and private keys by what is in
//! them: `cacert.pem` is no secret, and a module that reads keys is none either.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
};

/// Folders that tools keep credentials or state in.
const FOLDERS: &[&str] = &[
    ".aws",
    ".azure",
    ".docker",
    ".gcloud",
    ".gnupg",
    ".kube",
    ".oci",
    ".password-store",
    ".ssh",
    ".terraform",
    ".vault",
];

/// Files that tools keep credentials or state in.
const FILES: &[&str] = &[
    ".boto",
    ".dockercfg",
    ".envrc",
    ".git-credentials",
    ".htpasswd",
    ".my.cnf",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".s3cfg",
    ".terraformrc",
    ".vault-token",
    ".yarnrc.yml",
    "_netrc",
    "application_default_credentials.json",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
    "local.settings.json",
    "master.key",
    "pip.conf",
    "terraform.rc",
];

/// Names without their extension, where the extension is that of a file of settings.
const SETTINGS: &[&str] = &["client_secret", "credentials", "secret", "secrets"];
const SETTINGS_EXTENSIONS: &[&str] = &[
    "cfg",
    "conf",
    "csv",
    "enc",
    "env",
    "ini",
    "json",
    "properties",
    "toml",
    "txt",
    "yaml",
    "yml",
];

/// Extensions of stores of keys and of Terraform's state and values.
const EXTENSIONS: &[&str] =
    &["env", "jks", "kdbx", "keystore", "p12", "pfx", "ppk", "tfstate", "tfvars"];

/// Endings of `.env.…` that stand for a file without values.
const EXAMPLES: &[&str] = &["dist", "example", "sample", "template"];

/// Extensions of files that may be a private key, by what is in them.
const KEYS: &[&str] = &["asc", "cer", "crt", "der", "json", "key", "p8", "pem", "pub", "txt"];

/// How far into a file a private key is looked for.
const FAR: u64 = 64 * 1024;

/// Whether a folder of this name keeps secrets.
pub(super) fn is_folder(name: &str) -> bool {
    FOLDERS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a file keeps secrets, by its name or by what is in it.
pub(super) fn is_file(name: &str, file: &Path) -> bool {
    let name = name.to_ascii_lowercase();
    is_named(&name) || (may_be_key(&name) && has_private_key(file).unwrap_or(false))
}

/// By the name alone, in small letters.
fn is_named(name: &str) -> bool {
    if let Some(rest) = name.strip_prefix(".env") {
        let ending = rest.rsplit('.').next().unwrap_or_default();
        return (rest.is_empty() || rest.starts_with('.') || rest.starts_with('-'))
            && !EXAMPLES.contains(&ending);
    }
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_settings = SETTINGS.contains(&stem) && SETTINGS_EXTENSIONS.contains(&extension);
    // Also `terraform.tfstate.backup`, `prod.auto.tfvars.json`.
    let is_state = name.split('.').skip(1).any(|part| matches!(part, "tfstate" | "tfvars"));
    let has_extension = name.contains('.') && EXTENSIONS.contains(&last);
    FILES.contains(&name) || is_settings || is_state || has_extension
}

fn may_be_key(name: &str) -> bool {
    match name.rsplit_once('.') {
        None => true,
        Some((_, extension)) => KEYS.contains(&extension),
    }
}

/// Whether there is a private key in a file: a line that begins one, as PEM, OpenSSH and OpenPGP write
/// it, or in JSON the text of one.
fn has_private_key(file: &Path) -> std::io::Result<bool> {
    let mut text = BufReader::new(File::open(file)?.take(FAR));
    let mut line = Vec::new();
    while text.read_until(b'\n', &mut line)? > 0 {
        let found = String::from_utf8_lossy(&line);
        let start = found.trim_start();
        let begins = start.starts_with("-----BEGIN ") || found.contains("\"-----BEGIN ");
        if begins
            && (found.contains("PRIVATE KEY-----") || found.contains("PRIVATE KEY BLOCK-----"))
        {
            return Ok(true);
        }
        line.clear();
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_the_names_that_tools_give_them() {
        for name in [
            ".env",
            ".env.production",
            ".env.local",
            "prod.env",
            ".npmrc",
            ".netrc",
            "id_ed25519",
            "terraform.tfstate",
            "terraform.tfstate.backup",
            "prod.auto.tfvars",
            "prod.tfvars.json",
            "secrets.yml",
            "credentials.json",
            "client_secret.json",
            "store.p12",
            "key.pfx",
            "release.keystore",
        ] {
            assert!(is_named(name), "{name}");
        }
        for name in [
            ".env.example",
            ".envoy",
            "environment.py",
            "secrets.py",
            "credentials.js",
            "index.js",
            "cacert.pem",
            "package.json",
            "keystore.js",
            "env",
            "tfstate.py",
        ] {
            assert!(!is_named(name), "{name}");
        }
        for name in [".aws", ".SSH", ".terraform"] {
            assert!(is_folder(name), "{name}");
        }
        assert!(!is_folder("aws"));
    }
}
