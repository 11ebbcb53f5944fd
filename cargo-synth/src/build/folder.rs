//! A folder with a function's code, packaged as it is.

use super::{
    package::{File, Package},
    secrets,
};
use crate::{
    error::{Error, Result},
    folder::Function,
    progress,
};
use net_dsl::entity::function::Folder;
use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    path::{Path, PathBuf},
};
use walkdir::WalkDir;

/// What a function's package may unpack to: 250 MiB (Lambda quotas).
const LARGEST: u64 = 262_144_000;

/// What is no code and changes by itself: version control's own, and what running and looking leave
/// behind.
pub(crate) const LEFT_OUT: [&str; 6] = [".git", ".hg", ".jj", ".svn", ".DS_Store", "__pycache__"];

/// Packages the folder that is a function's code; files that keep secrets are left out, and said.
pub(crate) fn package(root: &Path, function: &Function, folder: &Folder) -> Result<Package> {
    let error = |what: &str| {
        let (path, entity) = (folder.path(), &function.entity);
        Error::new(format!("the folder `{path}`, the code of `{entity}`, {what}"))
    };
    let place = root.join(folder.path());
    if !place.is_dir() {
        let what = if place.exists() { "is no folder" } else { "does not exist" };
        return Err(error(what).why(format!("it would be {}", place.display())).help(format!(
            "make it, or correct `folder!(\"{}\", …)` in the network",
            folder.path()
        )));
    }
    let real = place.canonicalize().map_err(|io| error(&format!("cannot be read: {io}")))?;
    if !root.canonicalize().is_ok_and(|root| real.starts_with(root)) {
        return Err(error("leads out of the workspace by a link")
            .why("what is there is another on every machine")
            .help("move the code into the workspace"));
    }

    let Files { found, secret } = find(&real).map_err(|(path, what)| {
        let path = path.strip_prefix(&real).unwrap_or(&path).display();
        error(&format!("has `{path}`, {what}"))
            .why("a package is all of its folder, and the same on every machine")
            .help("take it out of the folder, or put in its place what it stands for")
    })?;
    if !secret.is_empty() {
        let (path, names) = (folder.path(), secret.join(", "));
        progress::tell(
            "Left out",
            &format!("{names} of {path}: secrets have no place in a package"),
        );
    }
    if found.is_empty() {
        return Err(error("is empty").help("put the code into it"));
    }
    let size: u64 = found.values().map(|found| found.metadata.len()).sum();
    if size > LARGEST {
        return Err(error(&format!("has {} in it", progress::size(size)))
            .why(format!("Lambda unpacks {} (250 MiB) at the most", progress::size(LARGEST)))
            .help("take out what the code does not need to run: tests, caches, build tools"));
    }
    // What layers bring is not to be seen here.
    if !function.has_layers {
        starts(&found, folder).map_err(|(what, help)| error(&what).help(help))?;
    }

    let mut files = BTreeMap::new();
    for (path, Found { file, metadata }) in found {
        let bytes = fs::read(file)
            .map_err(|io| error(&format!("has `{path}`, which cannot be read: {io}")))?;
        files.insert(path, File { bytes, executable: is_executable(&metadata) });
    }
    Package::of(folder.name(), files.iter().map(|(path, file)| (path.as_str(), file)))
}

/// A file, and what it is; a link counts as what it leads to.
struct Found {
    file: PathBuf,
    metadata: Metadata,
}

/// What there is in a folder.
struct Files {
    /// What goes into its package, by the path that it has there.
    found: BTreeMap<String, Found>,
    /// What keeps secrets, and stays.
    secret: Vec<String>,
}

/// What a package cannot have, and why.
type Unfit = (PathBuf, String);

/// Looks through a folder.
fn find(real: &Path) -> std::result::Result<Files, Unfit> {
    let (mut files, mut secret) = (BTreeMap::new(), Vec::new());
    let mut walk =
        WalkDir::new(real).min_depth(1).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(real).to_owned();
            let what = match error.io_error() {
                None => "a link to a folder that it is in".to_owned(),
                Some(_) if path.is_symlink() => "a link that leads nowhere".to_owned(),
                Some(io) => format!("which cannot be read: {io}"),
            };
            (path, what)
        })?;
        let is_folder = entry.file_type().is_dir();
        if LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            if is_folder {
                walk.skip_current_dir();
            }
            continue;
        }
        let unfit = |what: &str| (entry.path().to_owned(), what.to_owned());
        // Where it really is: a link may have another name than the secret that it leads to.
        let target = match entry.path_is_symlink() {
            true => entry.path().canonicalize().ok().filter(|target| target.starts_with(real)),
            false => Some(entry.path().to_owned()),
        };
        let Some(target) = target else {
            return Err(unfit("a link that leads out of the folder"));
        };
        if [entry.path(), &target].into_iter().any(|path| is_secret(path, real, is_folder)) {
            let path = entry.path().strip_prefix(real).unwrap_or(entry.path());
            secret.push(path.display().to_string());
            if is_folder {
                walk.skip_current_dir();
            }
            continue;
        }
        // Sockets and the like hold nothing.
        if !entry.file_type().is_file() {
            continue;
        }
        let metadata =
            entry.metadata().map_err(|io| unfit(&format!("which cannot be read: {io}")))?;
        let parts = entry.path().strip_prefix(real).unwrap_or(entry.path()).iter();
        let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
        let path = parts.ok_or_else(|| unfit("whose name is not UTF-8"))?.join("/");
        files.insert(path, Found { file: entry.into_path(), metadata });
    }
    Ok(Files { found: files, secret })
}

/// Whether a file or folder keeps secrets, or lies in a folder that does.
fn is_secret(path: &Path, real: &Path, is_folder: bool) -> bool {
    let inside = path.strip_prefix(real).unwrap_or(path);
    let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
    let Some((last, folders)) = names.split_last() else { return false };
    folders.iter().any(|name| secrets::is_folder(name))
        || if is_folder { secrets::is_folder(last) } else { secrets::is_file(last, path) }
}

/// Whether what Lambda starts is there; what is wrong, and what to do.
fn starts(
    files: &BTreeMap<String, Found>,
    folder: &Folder,
) -> std::result::Result<(), (String, String)> {
    let path = folder.path();
    if folder.has_bootstrap() {
        let bootstrap = Folder::BOOTSTRAP;
        return match files.get(bootstrap) {
            Some(file) if is_executable(&file.metadata) => Ok(()),
            Some(_) => Err((
                format!("has a `{bootstrap}` that is not executable"),
                format!("chmod +x {path}/{bootstrap}"),
            )),
            None => Err((
                format!("has no `{bootstrap}`, which `{}` starts", folder.runtime()),
                format!("put the program there as {path}/{bootstrap}, executable"),
            )),
        };
    }
    let Some(module) = module(folder) else { return Ok(()) };
    let is_there = |file: &String| {
        file.strip_prefix(module.as_str())
            .is_some_and(|rest| rest.starts_with('.') || rest == "/__init__.py")
    };
    if files.keys().any(is_there) {
        return Ok(());
    }
    let handler = folder.handler();
    Err((
        format!("has no file for the handler `{handler}`: there is no `{module}.…`"),
        "a handler is written `file.function`, with the file's path inside the folder".to_owned(),
    ))
}

/// The file that a handler names, without its extension, in languages that name one.
fn module(folder: &Folder) -> Option<String> {
    let (runtime, handler) = (folder.runtime(), folder.handler());
    if runtime.starts_with("python") {
        // Parts before the last are packages.
        return Some(handler.rsplit_once('.')?.0.replace('.', "/"));
    }
    if !runtime.starts_with("nodejs") && !runtime.starts_with("ruby") {
        return None;
    }
    let name = handler.rfind('/').map_or(0, |slash| slash + 1);
    let dot = handler[name..].find('.')?;
    Some(handler[..name + dot].to_owned())
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

/// Where no file says whether it is a program, all may be.
#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::folder::Processor;
    use net_dsl::{FunctionCode, Runtime, folder};
    use net_tests::run::Folder as Workspace;
    use std::{
        io::{Cursor, Read as _},
        os::unix::fs::{PermissionsExt as _, symlink},
        time::{Duration, SystemTime},
    };

    const PYTHON: FunctionCode =
        folder!("kitchen/cook", runtime = Runtime::PYTHON_3_13, handler = "cook.handle");
    const BOOTSTRAP: FunctionCode = folder!("kitchen/cook", runtime = Runtime::PROVIDED_AL2023);

    fn write(workspace: &Workspace, file: &str, mode: u32) {
        let file = workspace.path().join("kitchen/cook").join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
        fs::write(&file, "code").expect("a file can be written");
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("modes can be set");
    }

    fn packaged_with(
        workspace: &Workspace,
        code: &FunctionCode,
        has_layers: bool,
    ) -> Result<Package> {
        let FunctionCode::Folder(folder) = code else { panic!("a folder") };
        let (entity, processor) = ("cook".to_owned(), Processor::Arm64);
        let function = Function { entity, code: code.clone(), processor, has_layers };
        package(workspace.path(), &function, folder)
    }

    fn packaged(workspace: &Workspace, code: &FunctionCode) -> Package {
        packaged_with(workspace, code, false).expect("a package")
    }

    #[track_caller]
    fn refused(workspace: &Workspace, code: &FunctionCode, parts: &[&str]) {
        let Err(error) = packaged_with(workspace, code, false) else { panic!("it was packaged") };
        let said = anstream::adapter::strip_str(&error.to_string()).to_string();
        for part in [&["the folder `kitchen/cook`, the code of `cook`, "], parts].concat() {
            assert!(said.contains(part), "no `{part}` in:\n{said}");
        }
    }

    /// Paths, modes and contents.
    fn contents(package: &Package) -> Vec<(String, u32, String)> {
        let mut zip = zip::ZipArchive::new(Cursor::new(&package.zip)).expect("a zip");
        let files = (0..zip.len()).map(|number| {
            let mut file = zip.by_index(number).expect("a file");
            let mut text = String::new();
            file.read_to_string(&mut text).expect("a text");
            let name = file.name().expect("UTF-8").into_owned();
            (name, file.unix_mode().unwrap_or_default() & 0o777, text)
        });
        files.collect()
    }

    #[test]
    fn all_files_go_in_and_what_is_no_code_does_not() {
        let workspace = Workspace::new();
        for file in ["cook.py", ".hidden", "lib/deep/spices.json", "lib.py"] {
            write(&workspace, file, 0o640);
        }
        write(&workspace, "bin/stir", 0o700);
        for file in [".git/config", "lib/.git", "lib/__pycache__/spices.pyc", ".DS_Store"] {
            write(&workspace, file, 0o644);
        }
        let package = packaged(&workspace, &PYTHON);
        assert!(package.key.starts_with("packages/cook-"), "{}", package.key);
        let expected = [
            (".hidden", 0o644),
            ("bin/stir", 0o755),
            ("cook.py", 0o644),
            ("lib.py", 0o644),
            ("lib/deep/spices.json", 0o644),
        ];
        let expected = expected.map(|(path, mode)| (path.to_owned(), mode, "code".to_owned()));
        assert_eq!(contents(&package), expected);
    }

    #[test]
    fn secrets_stay_where_they_are() {
        let workspace = Workspace::new();
        let put = |file: &str, text: &str| {
            write(&workspace, file, 0o644);
            fs::write(workspace.path().join("kitchen/cook").join(file), text).expect("a file");
        };
        let key = |kind: &str| format!("-----BEGIN {kind}-----\nMIIE\n-----END {kind}-----\n");
        let certificate = key("CERTIFICATE");
        for (file, text) in [
            ("cook.py", "code".to_owned()),
            ("lib/certifi/cacert.pem", certificate.clone()),
            ("lib/keys.py", "MARK = '-----BEGIN RSA PRIVATE KEY-----'".to_owned()),
            ("lib/.env.example", "KEY=".to_owned()),
            (".env", "KEY=swordfish".to_owned()),
            ("lib/.ENV.local", "KEY=swordfish".to_owned()),
            (".npmrc", "token".to_owned()),
            (".aws/credentials", "token".to_owned()),
            ("deep/.terraform/state", "token".to_owned()),
            ("terraform.tfstate", "{}".to_owned()),
            ("server.pem", format!("{certificate}{}", key("PRIVATE KEY"))),
            ("deploy_key", key("OPENSSH PRIVATE KEY")),
            (
                "account.json",
                "{ \"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMII\" }".to_owned(),
            ),
        ] {
            put(file, &text);
        }
        symlink(".env", workspace.path().join("kitchen/cook/settings")).expect("a link");
        symlink(".aws", workspace.path().join("kitchen/cook/aws")).expect("a link");
        let package = packaged(&workspace, &PYTHON);
        let paths: Vec<_> = contents(&package).into_iter().map(|(path, ..)| path).collect();
        assert_eq!(paths, ["cook.py", "lib/.env.example", "lib/certifi/cacert.pem", "lib/keys.py"]);
    }

    #[test]
    fn when_where_and_by_whom_it_was_written_makes_no_difference() {
        let (one, other) = (Workspace::new(), Workspace::new());
        for file in ["cook.py", "lib/a.py", "lib/b.py"] {
            write(&one, file, 0o644);
        }
        for file in ["lib/b.py", "lib/__pycache__/b.pyc", "lib/a.py", "cook.py"] {
            write(&other, file, 0o600);
        }
        let file = fs::File::open(other.path().join("kitchen/cook/cook.py")).expect("the file");
        let earlier = SystemTime::now() - Duration::from_secs(100_000_000);
        file.set_modified(earlier).expect("times can be set");
        let (one, other) = (packaged(&one, &PYTHON), packaged(&other, &PYTHON));
        assert!(one.zip == other.zip);
        assert_eq!(one.key, other.key);
    }

    #[test]
    fn one_letter_is_another_package() {
        let workspace = Workspace::new();
        write(&workspace, "cook.py", 0o644);
        let before = packaged(&workspace, &PYTHON).key;
        fs::write(workspace.path().join("kitchen/cook/cook.py"), "Code").expect("it can be");
        let after = packaged(&workspace, &PYTHON).key;
        assert_ne!(before, after);
        write(&workspace, "cook.py", 0o755);
        assert_ne!(packaged(&workspace, &PYTHON).key, before);
    }

    #[test]
    fn links_are_what_they_lead_to_inside_the_folder() {
        let workspace = Workspace::new();
        write(&workspace, "cook.py", 0o644);
        write(&workspace, "lib/spices.py", 0o755);
        let place = workspace.path().join("kitchen/cook");
        symlink("lib/spices.py", place.join("file")).expect("a link");
        symlink("lib", place.join("folder")).expect("a link");
        let paths: Vec<_> = contents(&packaged(&workspace, &PYTHON))
            .into_iter()
            .map(|(path, mode, _)| (path, mode))
            .collect();
        let expected = [
            ("cook.py", 0o644),
            ("file", 0o755),
            ("folder/spices.py", 0o755),
            ("lib/spices.py", 0o755),
        ];
        assert_eq!(paths, expected.map(|(path, mode)| (path.to_owned(), mode)));

        // Files are looked at in order of name, and `folder` is `lib` by another.
        let link = place.join("lib/link");
        for (target, what) in [
            ("../../../secret", "has `folder/link`, a link that leads out of the folder"),
            ("/", "has `folder/link`, a link that leads out of the folder"),
            ("nowhere", "has `folder/link`, a link that leads nowhere"),
            ("..", "a link to a folder that it is in"),
        ] {
            fs::write(workspace.path().join("secret"), "secret").expect("a file");
            symlink(target, &link).expect("a link");
            refused(&workspace, &PYTHON, &[what, "take it out of the folder"]);
            fs::remove_file(&link).expect("the link");
        }
    }

    #[test]
    fn a_folder_is_in_the_workspace_and_has_code_in_it() {
        let workspace = Workspace::new();
        let place = workspace.path().join("kitchen/cook");
        refused(&workspace, &PYTHON, &["does not exist", &place.display().to_string(), "folder!("]);
        fs::create_dir_all(place.join("__pycache__")).expect("a folder");
        refused(&workspace, &PYTHON, &["is empty"]);

        fs::remove_dir_all(&place).expect("the folder");
        fs::write(&place, "code").expect("a file");
        refused(&workspace, &PYTHON, &["is no folder"]);

        let elsewhere = Workspace::new();
        fs::remove_file(&place).expect("the file");
        symlink(elsewhere.path(), &place).expect("a link");
        refused(&workspace, &PYTHON, &["leads out of the workspace"]);
    }

    #[test]
    fn what_lambda_would_not_unpack_is_refused() {
        let workspace = Workspace::new();
        write(&workspace, "cook.py", 0o644);
        // Nothing but its length is on the disk, and nobody reads it.
        let large = workspace.path().join("kitchen/cook/large");
        fs::File::create(large).and_then(|file| file.set_len(LARGEST)).expect("a file");
        refused(&workspace, &PYTHON, &["has 262.1 MB in it", "250 MiB"]);
    }

    #[test]
    fn what_lambda_starts_is_there() {
        let workspace = Workspace::new();
        write(&workspace, "other.py", 0o644);
        refused(&workspace, &PYTHON, &["no file for the handler `cook.handle`", "`cook.…`"]);
        refused(&workspace, &BOOTSTRAP, &["has no `bootstrap`", "kitchen/cook/bootstrap"]);
        write(&workspace, "bootstrap", 0o644);
        refused(&workspace, &BOOTSTRAP, &["is not executable", "chmod +x kitchen/cook/bootstrap"]);
        // A layer may bring it.
        assert!(packaged_with(&workspace, &PYTHON, true).is_ok());
        assert!(packaged_with(&workspace, &BOOTSTRAP, true).is_ok());
        write(&workspace, "bootstrap", 0o755);
        packaged(&workspace, &BOOTSTRAP);
        write(&workspace, "cook/__init__.py", 0o644);
        packaged(&workspace, &PYTHON);
    }

    #[test]
    fn handlers_name_files_as_their_runtimes_read_them() {
        let of = |code: FunctionCode| {
            let FunctionCode::Folder(folder) = code else { panic!("a folder") };
            module(&folder)
        };
        let cases = [
            (folder!("a", runtime = Runtime::PYTHON_3_14, handler = "cook.handle"), Some("cook")),
            (
                folder!("a", runtime = Runtime::PYTHON_3_14, handler = "kitchen.cook.handle"),
                Some("kitchen/cook"),
            ),
            (
                folder!("a", runtime = Runtime::PYTHON_3_14, handler = "kitchen/cook.handle"),
                Some("kitchen/cook"),
            ),
            (
                folder!("a", runtime = Runtime::NODEJS_24, handler = "dist.v2/index.shop.cook"),
                Some("dist.v2/index"),
            ),
            (folder!("a", runtime = Runtime::RUBY_3_4, handler = "cook.Shop.cook"), Some("cook")),
            (folder!("a", runtime = Runtime::JAVA_25, handler = "shop.Cook::handle"), None),
            (folder!("a", runtime = Runtime::DOTNET_10, handler = "Shop::Shop.Cook::Handle"), None),
        ];
        for (code, file) in cases {
            assert_eq!(of(code).as_deref(), file);
        }
    }
}
