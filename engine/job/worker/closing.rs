//! Workbooks closed with a password before they touch the disk.

use std::io;

use book::{CHANCE, SALT, Seal};
use rustix::rand::{GetRandomFlags, getrandom};

/// A password ready to close workbooks. Making it takes a while, closing does not.
pub(crate) struct Closing(Seal);

impl Closing {
    pub fn new(password: &str) -> io::Result<Closing> {
        Ok(Closing(Seal::new(password, chance::<SALT>()?)))
    }

    /// The workbook behind the password.
    pub fn close(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        Ok(self.0.close(bytes, &chance::<CHANCE>()?))
    }
}

/// Bytes of the system's chance. A seed would do for tests, and for whoever wants to break in.
fn chance<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        filled += getrandom(&mut bytes[filled..], GetRandomFlags::empty())?;
    }
    Ok(bytes)
}
