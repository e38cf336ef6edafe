//! The ciphers and hashes that workbooks are closed with.

use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A block of AES.
pub(super) const BLOCK: usize = 16;

/// A hash by its name in the container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) fn named(name: &str) -> Option<Hash> {
        match name.replace('-', "").to_ascii_uppercase().as_str() {
            "SHA1" => Some(Hash::Sha1),
            "SHA256" => Some(Hash::Sha256),
            "SHA384" => Some(Hash::Sha384),
            "SHA512" => Some(Hash::Sha512),
            _ => None,
        }
    }

    /// The hash of the pieces one after another.
    pub(super) fn of(self, pieces: &[&[u8]]) -> Vec<u8> {
        fn all<D: Digest>(pieces: &[&[u8]]) -> Vec<u8> {
            let mut hash = D::new();
            pieces.iter().for_each(|piece| hash.update(piece));
            hash.finalize().to_vec()
        }
        match self {
            Hash::Sha1 => all::<Sha1>(pieces),
            Hash::Sha256 => all::<Sha256>(pieces),
            Hash::Sha384 => all::<Sha384>(pieces),
            Hash::Sha512 => all::<Sha512>(pieces),
        }
    }

    /// A password made long to try: hashed with its salt, and again as often as `rounds` says.
    pub(super) fn stretch(self, salt: &[u8], password: &[u8], rounds: u32) -> Vec<u8> {
        let mut hash = self.of(&[salt, password]);
        for round in 0..rounds {
            hash = self.of(&[&round.to_le_bytes(), &hash]);
        }
        hash
    }
}

/// AES with a key of 16, 24 or 32 bytes.
pub(super) enum Aes {
    Small(Box<Aes128>),
    Middle(Box<Aes192>),
    Large(Box<Aes256>),
}

impl Aes {
    pub(super) fn new(key: &[u8]) -> Option<Aes> {
        Some(match key.len() {
            16 => Aes::Small(Box::new(Aes128::new_from_slice(key).ok()?)),
            24 => Aes::Middle(Box::new(Aes192::new_from_slice(key).ok()?)),
            32 => Aes::Large(Box::new(Aes256::new_from_slice(key).ok()?)),
            _ => return None,
        })
    }

    /// Closes blocks in a chain (CBC); what is over a whole block stays as it is.
    pub(super) fn encrypt_chain(&self, mut before: [u8; BLOCK], data: &mut [u8]) {
        for block in data.as_chunks_mut::<BLOCK>().0 {
            block.iter_mut().zip(before).for_each(|(byte, other)| *byte ^= other);
            match self {
                Aes::Small(aes) => aes.encrypt_block(<&mut Block<Aes128>>::from(&mut *block)),
                Aes::Middle(aes) => aes.encrypt_block(<&mut Block<Aes192>>::from(&mut *block)),
                Aes::Large(aes) => aes.encrypt_block(<&mut Block<Aes256>>::from(&mut *block)),
            }
            before = *block;
        }
    }

    fn block(&self, block: &mut [u8; BLOCK]) {
        match self {
            Aes::Small(aes) => aes.decrypt_block(<&mut Block<Aes128>>::from(block)),
            Aes::Middle(aes) => aes.decrypt_block(<&mut Block<Aes192>>::from(block)),
            Aes::Large(aes) => aes.decrypt_block(<&mut Block<Aes256>>::from(block)),
        }
    }

    /// Each block by itself (ECB); what is over a whole block stays as it is.
    pub(super) fn decrypt_blocks(&self, data: &mut [u8]) {
        for block in data.as_chunks_mut::<BLOCK>().0 {
            self.block(block);
        }
    }

    /// Blocks in a chain (CBC); what is over a whole block stays as it is.
    pub(super) fn decrypt_chain(&self, mut before: [u8; BLOCK], data: &mut [u8]) {
        for block in data.as_chunks_mut::<BLOCK>().0 {
            let sealed = *block;
            self.block(block);
            block.iter_mut().zip(before).for_each(|(byte, other)| *byte ^= other);
            before = sealed;
        }
    }
}

/// Bytes cut or filled up to a length, as the containers do it.
pub(super) fn fitted(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut fitted = bytes.to_vec();
    fitted.resize(length, 0x36);
    fitted
}

/// The first block of bytes, filled up.
pub(super) fn first_block(bytes: &[u8]) -> [u8; BLOCK] {
    let mut block = [0x36; BLOCK];
    let length = bytes.len().min(BLOCK);
    block[..length].copy_from_slice(&bytes[..length]);
    block
}
