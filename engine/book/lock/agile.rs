//! Agile encryption (MS-OFFCRYPTO 2.3.4.10 on), as Excel since 2010 writes it.

use super::cipher::{Aes, BLOCK, Hash, first_block, fitted};
use super::{MOST_ROUNDS, short};
use crate::Refusal;
use crate::gate::{broken, hostile};
use crate::read::{Token, get, tokens};

/// What each key of the chain is for.
pub(super) const VERIFIER_INPUT: [u8; 8] = [0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79];
pub(super) const VERIFIER_VALUE: [u8; 8] = [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e];
pub(super) const KEY_VALUE: [u8; 8] = [0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6];
/// The package is closed in pieces of this size, each with a beginning of its own.
pub(super) const SEGMENT: usize = 4_096;

/// What the container says of itself.
pub(super) struct Agile {
    data: Parameters,
    password: Parameters,
    rounds: u32,
    verifier_input: Vec<u8>,
    verifier_value: Vec<u8>,
    key_value: Vec<u8>,
}

struct Parameters {
    salt: Vec<u8>,
    key: usize,
    hash: Hash,
}

impl Agile {
    pub(super) fn read(xml: &[u8]) -> Result<Agile, Refusal> {
        let (mut data, mut password) = (None, None);
        tokens(xml, |token| {
            if let Token::Open { name, attributes, .. } = token {
                match name {
                    b"keyData" => data = Some(Parameters::read(attributes)?),
                    b"encryptedKey" if password.is_none() => password = Some(key(attributes)?),
                    _ => {}
                }
            }
            Ok(())
        })?;
        let data = data.ok_or_else(short)?;
        let (password, rounds, verifier_input, verifier_value, key_value) = password.ok_or_else(short)?;
        if rounds > MOST_ROUNDS {
            return Err(hostile(format!("encryption: {rounds} rounds")));
        }
        Ok(Agile { data, password, rounds, verifier_input, verifier_value, key_value })
    }

    /// The key of the package, if the password fits.
    pub(super) fn key(&self, password: &[u8]) -> Option<Vec<u8>> {
        let Parameters { salt, key, hash } = &self.password;
        let stretched = hash.stretch(salt, password, self.rounds);
        let open = |sealed: &[u8], purpose: &[u8]| {
            let aes = Aes::new(&fitted(&hash.of(&[&stretched, purpose]), *key))?;
            let mut plain = sealed.to_vec();
            aes.decrypt_chain(first_block(salt), &mut plain);
            Some(plain)
        };
        let wanted = hash.of(&[&open(&self.verifier_input, &VERIFIER_INPUT)?]);
        let found = open(&self.verifier_value, &VERIFIER_VALUE)?;
        if !found.starts_with(&wanted) {
            return None;
        }
        let mut value = open(&self.key_value, &KEY_VALUE)?;
        value.truncate(self.data.key);
        Some(value)
    }

    pub(super) fn decrypt(&self, key: &[u8], package: &mut [u8]) -> Result<(), Refusal> {
        let aes = Aes::new(key).ok_or_else(short)?;
        for (number, segment) in package.chunks_mut(SEGMENT).enumerate() {
            let beginning = self.data.hash.of(&[&self.data.salt, &(number as u32).to_le_bytes()]);
            aes.decrypt_chain(first_block(&beginning), segment);
        }
        Ok(())
    }
}

type Key = (Parameters, u32, Vec<u8>, Vec<u8>, Vec<u8>);

fn key(attributes: &[u8]) -> Result<Key, Refusal> {
    let rounds = text(attributes, "spinCount")?.parse().map_err(|_| short())?;
    let sealed = |name| {
        let bytes = base64(&text(attributes, name)?).ok_or_else(short)?;
        if bytes.is_empty() || bytes.len() % BLOCK != 0 { Err(short()) } else { Ok(bytes) }
    };
    let (input, value) = (sealed("encryptedVerifierHashInput")?, sealed("encryptedVerifierHashValue")?);
    Ok((Parameters::read(attributes)?, rounds, input, value, sealed("encryptedKeyValue")?))
}

impl Parameters {
    fn read(attributes: &[u8]) -> Result<Parameters, Refusal> {
        let (cipher, chaining) = (text(attributes, "cipherAlgorithm")?, text(attributes, "cipherChaining")?);
        if cipher != "AES" || chaining != "ChainingModeCBC" {
            return Err(broken(format!("encryption: {cipher} {chaining}")));
        }
        let bits: usize = text(attributes, "keyBits")?.parse().map_err(|_| short())?;
        if !matches!(bits, 128 | 192 | 256) {
            return Err(broken(format!("encryption: {bits} bits")));
        }
        let name = text(attributes, "hashAlgorithm")?;
        let hash = Hash::named(&name).ok_or_else(|| broken(format!("encryption: {name}")))?;
        let salt = base64(&text(attributes, "saltValue")?).ok_or_else(short)?;
        Ok(Parameters { salt, key: bits / 8, hash })
    }
}

fn text(attributes: &[u8], name: &str) -> Result<String, Refusal> {
    get(attributes, name).ok().flatten().ok_or_else(short)
}

/// Bytes written as base64.
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0u32, 0u32);
    for letter in text.bytes().filter(|letter| !letter.is_ascii_whitespace() && *letter != b'=') {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, held) = (bits << 6 | u32::from(six), held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_come_out_of_base64() {
        assert_eq!(base64("bWFya3M="), Some(b"marks".to_vec()));
        assert_eq!(base64(""), Some(Vec::new()));
        assert_eq!(base64("a-b"), None);
    }
}
