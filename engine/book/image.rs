//! Images that go into a workbook: PNG and JPEG, looked at byte by byte before they go in.
//!
//! Nothing is unpacked. What is checked is what a viewer stumbles over: the kind, the sizes, and that the file is whole. What a
//! camera notes beside the dots, the place above all, stays out: a form goes to others.

use std::fmt;

use crate::gate::crc32;

/// Bytes of one image. A photo of a phone has 3 to 8 MB.
const MOST_BYTES: usize = 20 << 20;
/// Dots along one side, and all together: a viewer needs four bytes for each.
const MOST_SIDE: u32 = 20_000;
const MOST_DOTS: u64 = 100_000_000;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// An image that was looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    bytes: Vec<u8>,
    kind: ImageKind,
    /// Dots across and down.
    size: (u32, u32),
    turned: bool,
}

/// What an image is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ImageKind {
    Png,
    Jpeg,
}

/// Why an image does not go in.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum ImageTrouble {
    /// Neither PNG nor JPEG; what it is, if that can be told (`HEIC`, `PDF`…).
    Foreign { format: Option<&'static str> },
    /// Half of it is lost, or bytes in it changed.
    Damaged,
    /// More bytes than allowed.
    TooLarge { bytes: usize, limit: usize },
    /// More dots than allowed.
    TooManyDots { width: u32, height: u32, side: u32 },
}

impl Image {
    /// Looks at the bytes.
    pub fn open(bytes: Vec<u8>) -> Result<Image, ImageTrouble> {
        if bytes.len() > MOST_BYTES {
            return Err(ImageTrouble::TooLarge { bytes: bytes.len(), limit: MOST_BYTES });
        }
        let image = if bytes.starts_with(PNG) {
            png(&bytes)
        } else if bytes.starts_with(JPEG) {
            jpeg(&bytes)
        } else {
            return Err(ImageTrouble::Foreign { format: foreign(&bytes) });
        };
        let image = image.ok_or(ImageTrouble::Damaged)?;
        let (width, height) = image.size;
        if width == 0 || height == 0 {
            return Err(ImageTrouble::Damaged);
        }
        if width.max(height) > MOST_SIDE || u64::from(width) * u64::from(height) > MOST_DOTS {
            return Err(ImageTrouble::TooManyDots { width, height, side: MOST_SIDE });
        }
        Ok(image)
    }

    /// Dots across and down.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Whether the camera was held another way and says so: viewers turn such a photo, workbooks show it lying on its side.
    pub fn is_turned(&self) -> bool {
        self.turned
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn kind(&self) -> ImageKind {
        self.kind
    }
}

impl ImageKind {
    /// Extension and content type.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            ImageKind::Png => ("png", "image/png"),
            ImageKind::Jpeg => ("jpeg", "image/jpeg"),
        }
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({:?}, {} x {})", self.kind, self.size.0, self.size.1)
    }
}

/// A PNG whose pieces are whole: each has the checksum that it says, from the header to the end.
fn png(bytes: &[u8]) -> Option<Image> {
    let (mut at, mut size, mut dots, mut kept) = (PNG.len(), None, false, PNG.to_vec());
    loop {
        let length = number(bytes, at)? as usize;
        let end = at.checked_add(8)?.checked_add(length)?;
        let (kind, data) = (bytes.get(at + 4..at + 8)?, bytes.get(at + 8..end)?);
        if crc32(bytes.get(at + 4..end)?) != number(bytes, end)? {
            return None;
        }
        match kind {
            b"IHDR" if size.is_none() && length == 13 => {
                // Bits of a dot, by the kind of colour.
                let sound = match data[9] {
                    0 => matches!(data[8], 1 | 2 | 4 | 8 | 16),
                    3 => matches!(data[8], 1 | 2 | 4 | 8),
                    2 | 4 | 6 => matches!(data[8], 8 | 16),
                    _ => false,
                };
                if !sound || data[10] != 0 || data[11] != 0 || data[12] > 1 {
                    return None;
                }
                size = Some((number(data, 0)?, number(data, 4)?));
            }
            _ if size.is_none() => return None,
            b"IDAT" => dots = true,
            _ => {}
        }
        if !matches!(kind, b"eXIf" | b"tEXt" | b"zTXt" | b"iTXt" | b"tIME") {
            kept.extend_from_slice(bytes.get(at..end + 4)?);
        }
        if kind == b"IEND" {
            return size.filter(|_| dots).map(|size| Image { bytes: kept, kind: ImageKind::Png, size, turned: false });
        }
        at = end + 4;
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

/// A JPEG that has a header, dots and an end. What cameras put behind the end does not matter.
fn jpeg(bytes: &[u8]) -> Option<Image> {
    let (mut at, mut size, mut turned, mut kept) = (2, None, false, bytes[..2].to_vec());
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Bytes that fill up, and markers that stand alone.
            0xff => {
                at += 1;
                continue;
            }
            0x01 | 0xd0..=0xd7 => {
                at += 2;
                continue;
            }
            0xd8 | 0xd9 => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
        let data = bytes.get(at + 4..at.checked_add(2)?.checked_add(length)?)?;
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let side = |at: usize| Some(u32::from(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?)));
                size = Some((side(3)?, side(1)?));
            }
            0xe1 => turned |= data.strip_prefix(b"Exif\0\0").and_then(orientation).is_some_and(|way| (2..=8).contains(&way)),
            0xda => {
                // Within the dots a byte 255 is followed by 0, so this pair is the end.
                let behind = &bytes[at + 2 + length..];
                let whole = memchr::memmem::find(behind, b"\xff\xd9").is_some_and(|end| end > 0);
                kept.extend_from_slice(&bytes[at..]);
                return size.filter(|_| whole).map(|size| Image { bytes: kept, kind: ImageKind::Jpeg, size, turned });
            }
            _ => {}
        }
        // Notes of cameras and programs: Exif and XMP, IPTC, comments.
        if !matches!(marker, 0xe1 | 0xed | 0xfe) {
            kept.extend_from_slice(&bytes[at..at + 2 + length]);
        }
        at += 2 + length;
    }
}

/// Which way up a photo is, as its camera notes it: 1 is upright.
fn orientation(tiff: &[u8]) -> Option<u16> {
    let little = tiff.starts_with(b"II");
    let short = |at: usize| {
        let two: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let (high, low) = if little { (6, 4) } else { (4, 6) };
    let list = usize::from(short(high)?) << 16 | usize::from(short(low)?);
    let entries = (0..usize::from(short(list)?)).map(|nth| list + 2 + nth * 12);
    entries.into_iter().find(|at| short(*at) == Some(0x0112)).and_then(|at| short(at + 8))
}

/// What people drop in place of an image.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    let is = |at: usize, sign: &[u8]| bytes.get(at..at + sign.len()) == Some(sign);
    Some(match bytes {
        _ if is(4, b"ftyphei") || is(4, b"ftypmif") || is(4, b"ftyphev") => "HEIC",
        _ if is(4, b"ftypavif") => "AVIF",
        _ if is(0, b"RIFF") && is(8, b"WEBP") => "WebP",
        _ if is(0, b"GIF8") => "GIF",
        _ if is(0, b"BM") => "BMP",
        _ if is(0, b"II*\0") || is(0, b"MM\0*") => "TIFF",
        _ if is(0, b"%PDF") => "PDF",
        _ if is(0, b"PK\x03\x04") => "ZIP",
        _ => return None,
    })
}

/// A PNG of one colour, for tests.
#[cfg(test)]
pub(crate) fn plain_png(width: u32, height: u32, grey: u8) -> Vec<u8> {
    use std::io::Write;
    let piece = |kind: &[u8], data: &[u8]| {
        let body = [kind, data].concat();
        [&(data.len() as u32).to_be_bytes()[..], &body, &crc32(&body).to_be_bytes()].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let mut dots = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let line = [&[0u8][..], &vec![grey; width as usize]].concat();
    (0..height).for_each(|_| dots.write_all(&line).unwrap());
    [PNG, &piece(b"IHDR", &header), &piece(b"IDAT", &dots.finish().unwrap()), &piece(b"IEND", &[])].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TINY_JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08\x00\x20\x00\x40\x01\x01\x11\x00\
        \xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x12\x34\xff\x00\x56\xff\xd9tail";

    #[test]
    fn sizes_are_read_and_the_end_is_wanted() {
        assert_eq!(Image::open(plain_png(30, 20, 7)).unwrap().size(), (30, 20));
        assert_eq!(Image::open(TINY_JPEG.to_vec()).unwrap().size(), (64, 32));
        for whole in [plain_png(30, 20, 7), TINY_JPEG[..TINY_JPEG.len() - 4].to_vec()] {
            for length in 8..whole.len() {
                assert_eq!(Image::open(whole[..length].to_vec()), Err(ImageTrouble::Damaged), "{length}");
            }
        }
    }

    #[test]
    fn a_photo_that_lies_on_its_side_says_so() {
        let tiff = |way: u8| [b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", &[way, 0, 0][..]].concat();
        let photo = |way| {
            let data = tiff(way);
            let length = (data.len() as u16 + 2).to_be_bytes();
            [b"\xff\xd8\xff\xe1", &length[..], &data, &TINY_JPEG[2..]].concat()
        };
        assert!(Image::open(photo(6)).unwrap().is_turned());
        assert!(memchr::memmem::find(Image::open(photo(6)).unwrap().bytes(), b"Exif").is_none(), "where it was taken stays out");
        assert!(!Image::open(photo(1)).unwrap().is_turned() && !Image::open(TINY_JPEG.to_vec()).unwrap().is_turned());
    }

    proptest::proptest! {
        /// Whatever a file holds, looking at it comes to an end.
        #[test]
        fn no_bytes_stumble(begins in 0..3usize, rest in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let begin: &[u8] = [PNG, JPEG, b"\xff\xd8\xff\xe1\0\x40Exif\0\0II*\0"][begins];
            let _ = Image::open([begin, &rest].concat());
        }
    }

    #[test]
    fn a_changed_byte_of_a_png_is_seen() {
        let whole = plain_png(3, 2, 7);
        for at in 8..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            assert_eq!(Image::open(changed), Err(ImageTrouble::Damaged), "{at}");
        }
    }

    #[test]
    fn what_is_no_image_of_ours_is_named() {
        let open = |bytes: &[u8]| Image::open(bytes.to_vec()).unwrap_err();
        assert_eq!(open(b"\0\0\0\x18ftypheic"), ImageTrouble::Foreign { format: Some("HEIC") });
        assert_eq!(open(b"GIF89a"), ImageTrouble::Foreign { format: Some("GIF") });
        assert_eq!(open(b""), ImageTrouble::Foreign { format: None });
        assert!(matches!(open(&vec![0; MOST_BYTES + 1]), ImageTrouble::TooLarge { .. }));
        assert!(matches!(open(&plain_png(MOST_SIDE + 1, 1, 0)), ImageTrouble::TooManyDots { .. }));
    }
}
