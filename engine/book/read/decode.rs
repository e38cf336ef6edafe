//! Stand-in for the decoder of the room `japan` until that is delivered.

use crate::Refusal;

pub(crate) fn decode(bytes: &[u8]) -> Result<String, Refusal> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return Ok(encoding.decode(bytes).0.into_owned());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, broken) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes);
    if broken { Err(Refusal::UnknownEncoding) } else { Ok(text.into_owned()) }
}
