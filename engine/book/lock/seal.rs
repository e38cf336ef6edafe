//! Agile encryption the other way: a package closed with a password, as Excel 2013 and later write it (AES of 256 bits, SHA-512).

use super::agile::{KEY_VALUE, SEGMENT, VERIFIER_INPUT, VERIFIER_VALUE};
use super::cipher::{Aes, BLOCK, Hash, first_block};
use super::container::contained;
use super::utf16;

/// Rounds that Excel itself takes.
const ROUNDS: u32 = 100_000;
const INTEGRITY_KEY: [u8; 8] = [0x5f, 0xb2, 0xad, 0x01, 0x0c, 0xb9, 0xe1, 0xf6];
const INTEGRITY_VALUE: [u8; 8] = [0xa0, 0x67, 0x7f, 0x02, 0xb2, 0x2c, 0x84, 0x33];

/// How many bytes of chance a sealed package takes: a salt, a verifier, the key of the package and that of its checksum.
pub const CHANCE: usize = 16 + 16 + 32 + 64;
/// How many bytes of chance a password takes.
pub const SALT: usize = 16;

/// A password ready to close packages. Making it takes as long as trying a password does, closing takes no time.
pub struct Seal {
    salt: [u8; SALT],
    stretched: Vec<u8>,
}

impl Seal {
    /// Prepares a password. Salt and chance must come from the system, new each time.
    pub fn new(password: &str, salt: [u8; SALT]) -> Seal {
        Seal { stretched: Hash::Sha512.stretch(&salt, &utf16(password), ROUNDS), salt }
    }

    /// Closes a package. Whoever knows `chance` opens it without the password.
    pub fn close(&self, package: &[u8], chance: &[u8; CHANCE]) -> Vec<u8> {
        let (data_salt, rest) = chance.split_at(16);
        let (verifier, rest) = rest.split_at(16);
        let (key, integrity) = rest.split_at(32);
        let hash = Hash::Sha512;
        let sealed =
            |plain: &[u8], purpose: &[u8]| encrypted(&hash.of(&[&self.stretched, purpose])[..32], first_block(&self.salt), plain);
        let stream = stream(package, key, data_salt);
        let of_integrity = |plain: &[u8], purpose: &[u8]| encrypted(key, first_block(&hash.of(&[data_salt, purpose])), plain);
        let words = Words {
            data_salt,
            salt: &self.salt,
            integrity_key: &of_integrity(integrity, &INTEGRITY_KEY),
            integrity_value: &of_integrity(&checksum(integrity, &stream), &INTEGRITY_VALUE),
            input: &sealed(verifier, &VERIFIER_INPUT),
            value: &sealed(&hash.of(&[verifier]), &VERIFIER_VALUE),
            key: &sealed(key, &KEY_VALUE),
        };
        let info = [&[4, 0, 4, 0, 0x40, 0, 0, 0][..], words.xml().as_bytes()].concat();
        contained(&info, &stream)
    }
}

/// Whole blocks closed in a chain.
fn encrypted(key: &[u8], beginning: [u8; BLOCK], plain: &[u8]) -> Vec<u8> {
    let mut bytes = plain.to_vec();
    bytes.resize(plain.len().next_multiple_of(BLOCK), 0);
    Aes::new(key).expect("keys here have 32 bytes").encrypt_chain(beginning, &mut bytes);
    bytes
}

/// The size, and the package piece by piece.
fn stream(package: &[u8], key: &[u8], salt: &[u8]) -> Vec<u8> {
    let mut stream = (package.len() as u64).to_le_bytes().to_vec();
    for (number, segment) in package.chunks(SEGMENT).enumerate() {
        let beginning = Hash::Sha512.of(&[salt, &(number as u32).to_le_bytes()]);
        stream.extend(encrypted(key, first_block(&beginning), segment));
    }
    stream
}

/// HMAC with SHA-512; the key has not more than a block of it (128 bytes).
fn checksum(key: &[u8], data: &[u8]) -> Vec<u8> {
    let padded = |fill: u8| {
        let mut block = [fill; 128];
        block.iter_mut().zip(key).for_each(|(byte, other)| *byte ^= other);
        block
    };
    let inner = Hash::Sha512.of(&[&padded(0x36), data]);
    Hash::Sha512.of(&[&padded(0x5c), &inner])
}

/// What the container says of itself.
struct Words<'w> {
    data_salt: &'w [u8],
    salt: &'w [u8],
    integrity_key: &'w [u8],
    integrity_value: &'w [u8],
    input: &'w [u8],
    value: &'w [u8],
    key: &'w [u8],
}

impl Words<'_> {
    fn xml(&self) -> String {
        const SPACE: &str = "http://schemas.microsoft.com/office/2006";
        let how = "saltSize=\"16\" blockSize=\"16\" keyBits=\"256\" hashSize=\"64\" cipherAlgorithm=\"AES\" \
                   cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA512\"";
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n\
             <encryption xmlns=\"{SPACE}/encryption\" xmlns:p=\"{SPACE}/keyEncryptor/password\" \
             xmlns:c=\"{SPACE}/keyEncryptor/certificate\"><keyData {how} saltValue=\"{}\"/>\
             <dataIntegrity encryptedHmacKey=\"{}\" encryptedHmacValue=\"{}\"/>\
             <keyEncryptors><keyEncryptor uri=\"{SPACE}/keyEncryptor/password\"><p:encryptedKey spinCount=\"{ROUNDS}\" {how} \
             saltValue=\"{}\" encryptedVerifierHashInput=\"{}\" encryptedVerifierHashValue=\"{}\" encryptedKeyValue=\"{}\"/>\
             </keyEncryptor></keyEncryptors></encryption>",
            base64(self.data_salt),
            base64(self.integrity_key),
            base64(self.integrity_value),
            base64(self.salt),
            base64(self.input),
            base64(self.value),
            base64(self.key),
        )
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let all = three.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for nth in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * nth) & 63) as usize] as char;
            text.push(if nth > three.len() { '=' } else { letter });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_and_base64_are_those_of_everybody() {
        // RFC 4231, case 2.
        let sum: String = checksum(b"Jefe", b"what do ya want for nothing?").iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(sum.starts_with("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"), "{sum}");
        assert_eq!([base64(b"marks"), base64(b"mark"), base64(b"mar"), base64(b"")], ["bWFya3M=", "bWFyaw==", "bWFy", ""]);
    }
}
