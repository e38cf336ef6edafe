//! Where a store may lie: on a disk of this machine. Locks and the write-ahead log do not hold over a network.

use std::path::Path;

use crate::error::Error;

/// File systems that are shared over a network, by the number that the kernel gives them (statfs).
const SHARED: [(u64, &str); 10] = [
    (0x6969, "nfs"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x517b, "smb"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "fuse"),
    (0x00c3_6400, "ceph"),
    (0x5346_414f, "afs"),
    (0x7461_636f, "ocfs2"),
    (0x0116_1970, "gfs2"),
];

/// Fails if the folder lies on a file system that is shared over a network.
pub(crate) fn local(folder: &Path) -> Result<(), Error> {
    let about = rustix::fs::statfs(folder).map_err(|errno| Error::from(std::io::Error::from(errno)))?;
    // The type's width and sign differ between systems; the number is of 32 bits.
    match shared(about.f_type as u64 & 0xffff_ffff) {
        Some(kind) => Err(Error::Network { path: folder.to_owned(), kind }),
        None => Ok(()),
    }
}

fn shared(number: u64) -> Option<&'static str> {
    SHARED.iter().find(|(known, _)| *known == number).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_file_systems_are_known_and_a_disk_is_not_one() {
        assert_eq!(shared(0x6969), Some("nfs"));
        assert_eq!(shared(0xff53_4d42), Some("cifs"));
        assert_eq!(shared(0xef53), None, "ext4");
        assert_eq!(shared(0x0102_1994), None, "tmpfs");
        assert_eq!(local(tempfile::tempdir().unwrap().path()), Ok(()));
    }
}
