//! Errors that say something of the place and nothing of the arrival: a share that is gone, a disk that can only be read.
//!
//! A worker that meets one makes no report and says the number instead; its attempt does not count.

use std::io;

use rustix::io::Errno;

/// What a worker says before the number.
const WORD: &str = "away ";

/// Whether the place is away: the same may go well as soon as it is back. An error of the device (EIO) may as well be a bad
/// file, which would stop its folder for ever; it costs attempts.
pub(crate) fn is_away(errno: Errno) -> bool {
    matches!(
        errno,
        Errno::NOTCONN
            | Errno::STALE
            | Errno::HOSTDOWN
            | Errno::HOSTUNREACH
            | Errno::NETDOWN
            | Errno::NETUNREACH
            | Errno::TIMEDOUT
            | Errno::NODEV
            | Errno::ROFS
    )
}

/// The line in which a worker says why it made no report; none if the place is not to blame.
pub(crate) fn line(error: &io::Error) -> Option<String> {
    Errno::from_io_error(error).filter(|errno| is_away(*errno)).map(|errno| format!("{WORD}{}", errno.raw_os_error()))
}

/// What a worker said of the place.
pub(crate) fn said(words: &str) -> Option<io::Error> {
    let number = words.lines().find_map(|line| line.strip_prefix(WORD))?;
    number.parse().ok().map(io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_worker_says_of_the_place_is_understood() {
        let gone = io::Error::from_raw_os_error(Errno::ROFS.raw_os_error());
        let heard = said(&format!("panic at x\n{}\n", line(&gone).unwrap())).unwrap();
        assert_eq!(heard.kind(), io::ErrorKind::ReadOnlyFilesystem);
        assert_eq!(line(&io::Error::from_raw_os_error(Errno::IO.raw_os_error())), None);
        assert!(line(&io::Error::other("broken")).is_none() && said("memory allocation of 5 bytes").is_none());
    }
}
