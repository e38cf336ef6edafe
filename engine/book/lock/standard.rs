//! Standard encryption (MS-OFFCRYPTO 2.3.4.5 on), as Excel 2007 writes it: AES and SHA-1.

use super::cipher::{Aes, Hash};
use super::short;
use crate::Refusal;
use crate::gate::{broken, u32_at};

const ROUNDS: u32 = 50_000;
/// AES with 128, 192 and 256 bits; 0 leaves it to the size of the key.
const CIPHERS: [u32; 4] = [0x660E, 0x660F, 0x6610, 0];

/// What the container says of itself.
pub(super) struct Standard {
    key: usize,
    salt: [u8; 16],
    verifier: [u8; 16],
    verifier_hash: [u8; 32],
}

impl Standard {
    pub(super) fn read(info: &[u8]) -> Result<Standard, Refusal> {
        let number = |at: usize| info.get(at..at + 4).map(|four| u32_at(four, 0)).ok_or_else(short);
        let header = number(8)? as usize;
        let (cipher, bits) = (number(20)?, number(28)? as usize);
        if !CIPHERS.contains(&cipher) || !matches!(bits, 128 | 192 | 256) {
            return Err(broken(format!("encryption: cipher {cipher:x}, {bits} bits")));
        }
        let verifier = info.get(header.checked_add(12).ok_or_else(short)?..).ok_or_else(short)?;
        let piece = |from: usize, to: usize| verifier.get(from..to).ok_or_else(short);
        Ok(Standard {
            key: bits / 8,
            salt: piece(4, 20)?.try_into().map_err(|_| short())?,
            verifier: piece(20, 36)?.try_into().map_err(|_| short())?,
            verifier_hash: piece(40, 72)?.try_into().map_err(|_| short())?,
        })
    }

    /// The key of the package, if the password fits.
    pub(super) fn key(&self, password: &[u8]) -> Option<Vec<u8>> {
        let stretched = Hash::Sha1.stretch(&self.salt, password, ROUNDS);
        let last = Hash::Sha1.of(&[&stretched, &0u32.to_le_bytes()]);
        let half = |fill: u8| {
            let mut block = [fill; 64];
            block.iter_mut().zip(&last).for_each(|(byte, other)| *byte ^= other);
            Hash::Sha1.of(&[&block])
        };
        let mut key = [half(0x36), half(0x5c)].concat();
        key.truncate(self.key);
        let aes = Aes::new(&key)?;
        let (mut verifier, mut found) = (self.verifier, self.verifier_hash);
        aes.decrypt_blocks(&mut verifier);
        aes.decrypt_blocks(&mut found);
        found.starts_with(&Hash::Sha1.of(&[&verifier])).then_some(key)
    }

    pub(super) fn decrypt(&self, key: &[u8], package: &mut [u8]) -> Result<(), Refusal> {
        Aes::new(key).ok_or_else(short)?.decrypt_blocks(package);
        Ok(())
    }
}
