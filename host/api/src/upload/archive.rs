//! Archives, unpacked in memory. Invariant: nothing is written to disk, and no entry is read further than its limit.

use std::io::{self, Cursor, Read};

use super::{Collector, FREE_BYTES, Refused};

/// What an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Zip,
    Tar,
    TarGz,
}

impl Kind {
    /// Tells by the name.
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match name.rsplit('.').next() {
            Some("zip") => Some(Self::Zip),
            Some("tar") => Some(Self::Tar),
            Some("tgz") => Some(Self::TarGz),
            Some("gz") if name.ends_with(".tar.gz") => Some(Self::TarGz),
            _ => None,
        }
    }
}

/// Adds an archive's files.
pub(super) fn unpack(into: &mut Collector, kind: Kind, bytes: &[u8]) -> Result<(), Refused> {
    let most = (bytes.len() as u64).saturating_mul(into.limits.ratio).max(FREE_BYTES);
    let mut room = Room { left: most.min(into.limits.total_bytes), file: into.limits.file_bytes };
    match kind {
        Kind::Zip => zip(into, &mut room, bytes),
        Kind::Tar => tar(into, &mut room, bytes),
        Kind::TarGz => {
            // What lies between the files counts, too: their heads, and what is never read as a file.
            let limit = room.left.saturating_add(FREE_BYTES);
            tar(into, &mut room, flate2::read::MultiGzDecoder::new(bytes).take(limit))
        }
    }
}

/// How much may still be unpacked.
struct Room {
    left: u64,
    file: u64,
}

impl Room {
    fn read(&mut self, name: &str, reader: impl Read) -> Result<Vec<u8>, Refused> {
        let most = self.left.min(self.file);
        let mut bytes = Vec::new();
        reader.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| broken(name, &error))?;
        let size = bytes.len() as u64;
        if size > self.left {
            return Err(Refused::TooLarge(format!("`{name}`: the archive gets too large when it is unpacked")));
        }
        if size > self.file {
            return Err(Refused::TooLarge(format!(
                "`{name}` has more than {} bytes, the limit for one file",
                self.file
            )));
        }
        self.left -= size;
        Ok(bytes)
    }
}

fn broken(name: &str, error: &dyn std::error::Error) -> Refused {
    Refused::Unsafe(format!("`{name}` cannot be unpacked: {error}"))
}

fn add(into: &mut Collector, name: &str, bytes: Vec<u8>) -> Result<(), Refused> {
    if Kind::of(name).is_some() {
        // An archive within an archive is a file like any other that is no Python.
        into.count()?;
        super::safe_path(name)?;
        into.ignored += 1;
        return Ok(());
    }
    into.add_file(name, bytes)
}

fn zip(into: &mut Collector, room: &mut Room, bytes: &[u8]) -> Result<(), Refused> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken("the archive", &error))?;
    if archive.len() > into.limits.entries {
        return Err(Refused::TooLarge(format!("there are more than {} files and folders", into.limits.entries)));
    }
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| broken(&format!("entry {index}"), &error))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry.encrypted() {
            return Err(Refused::Unsafe(format!("`{name}` is encrypted")));
        }
        // The upper bits of a Unix mode say what kind of file it is: 0o04 a folder, 0o10 a file, 0 nothing.
        let kind = entry.unix_mode().unwrap_or_default() >> 12;
        if entry.is_symlink() || !matches!(kind, 0 | 0o04 | 0o10) {
            return Err(Refused::Unsafe(format!("`{name}` is a link or a device")));
        }
        if entry.is_dir() {
            into.count()?;
            continue;
        }
        let content = room.read(&name, entry)?;
        add(into, &name, content)?;
    }
    Ok(())
}

fn tar(into: &mut Collector, room: &mut Room, reader: impl Read) -> Result<(), Refused> {
    let mut archive = tar::Archive::new(reader);
    let failed = |error: io::Error| broken("the archive", &error);
    let mut is_empty = true;
    for entry in archive.entries().map_err(failed)? {
        is_empty = false;
        let entry = entry.map_err(failed)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            into.count()?;
            continue;
        }
        if matches!(kind, tar::EntryType::XGlobalHeader) {
            continue;
        }
        if !matches!(kind, tar::EntryType::Regular | tar::EntryType::Continuous) {
            return Err(Refused::Unsafe(format!("`{name}` is a link or a device")));
        }
        let size = entry.size();
        let content = room.read(&name, entry)?;
        if content.len() as u64 != size {
            return Err(Refused::Unsafe(format!("`{name}` is cut off")));
        }
        add(into, &name, content)?;
    }
    if is_empty { Err(Refused::Unsafe("the archive holds nothing, or is none".into())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::io::{Cursor, Write as _};

    use zip::write::SimpleFileOptions;

    use super::{Collector, Refused};
    use crate::upload::Limits;

    const LIMITS: Limits = Limits { file_bytes: 4 << 20, total_bytes: 16 << 20, entries: 50, ratio: 200 };

    fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// Writes names as they are, which the library's own way refuses.
    fn tarred(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind, bytes) in entries {
            let mut header = tar::Header::new_old();
            let field = &mut header.as_old_mut().name;
            field.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
            header.set_entry_type(*kind);
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            builder.append(&header, *bytes).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn taken(name: &str, bytes: Vec<u8>) -> Result<(Vec<String>, u32), Refused> {
        let mut collector = Collector::new(LIMITS);
        collector.add(name, bytes)?;
        let (files, ignored) = collector.finish();
        Ok((files.into_iter().map(|file| file.path).collect(), ignored))
    }

    #[test]
    fn ordinary_archives_are_unpacked() {
        let expected = Ok((vec!["app/a.py".to_owned(), "b.py".to_owned()], 2));
        let entries: [(&str, &[u8]); 4] = [("b.py", b"x"), ("app/a.py", b"y"), ("README", b"z"), ("more.zip", b"PK")];
        assert_eq!(taken("code.zip", zipped(&entries)), expected);
        let file = tar::EntryType::Regular;
        let mut entries: Vec<_> = entries.iter().map(|(name, bytes)| (*name, file, *bytes)).collect();
        entries.push(("app/", tar::EntryType::Directory, b""));
        assert_eq!(taken("code.tar", tarred(&entries)), expected);
        assert_eq!(taken("CODE.TAR.GZ", gzipped(&tarred(&entries))), expected);
        assert_eq!(taken("code.tgz", gzipped(&tarred(&entries))), expected);
    }

    #[test]
    fn ways_out_are_refused() {
        for name in ["../a.py", "/etc/a.py", "a/../../b.py", "C:\\a.py"] {
            assert!(matches!(taken("x.zip", zipped(&[(name, b"")])), Err(Refused::Unsafe(_))), "{name}");
            let entries = [(name, tar::EntryType::Regular, b"".as_slice())];
            assert!(matches!(taken("x.tar", tarred(&entries)), Err(Refused::Unsafe(_))), "{name}");
        }
        for kind in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Char, tar::EntryType::Fifo] {
            let refused = taken("x.tar", tarred(&[("a.py", kind, b"")]));
            assert_eq!(refused, Err(Refused::Unsafe("`a.py` is a link or a device".into())), "{kind:?}");
        }
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_symlink("a.py", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        let refused = taken("x.zip", writer.finish().unwrap().into_inner());
        assert_eq!(refused, Err(Refused::Unsafe("`a.py` is a link or a device".into())));
        let file = tar::EntryType::Regular;
        let twice = taken("x.tar", tarred(&[("a.py", file, b""), ("./a.py", file, b"")]));
        assert_eq!(twice, Err(Refused::Unsafe("`a.py` is there twice".into())));
    }

    #[test]
    fn bombs_are_refused_before_they_are_unpacked() {
        let zeros = vec![0_u8; 3 << 20];
        assert!(matches!(taken("x.zip", zipped(&[("a.py", &zeros)])), Err(Refused::TooLarge(_))));
        let bomb = gzipped(&tarred(&[("a.py", tar::EntryType::Regular, &zeros)]));
        assert!(taken("x.tgz", bomb).is_err());
        let names: Vec<String> = (0..60).map(|number| format!("{number}.py")).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert!(matches!(taken("x.zip", zipped(&many)), Err(Refused::TooLarge(_))));
    }

    #[test]
    fn what_is_no_archive_says_so() {
        for name in ["x.zip", "x.tar", "x.tgz"] {
            assert!(matches!(taken(name, b"import os\n".to_vec()), Err(Refused::Unsafe(_))), "{name}");
            assert!(matches!(taken(name, Vec::new()), Err(Refused::Unsafe(_))), "{name}");
        }
        let file = tar::EntryType::Regular;
        let whole = tarred(&[("a.py", file, &[b'x'; 2000])]);
        assert!(matches!(taken("x.tar", whole.get(..1500).unwrap().to_vec()), Err(Refused::Unsafe(_))));
    }
}
