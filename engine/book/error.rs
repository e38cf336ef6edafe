//! Why a file cannot be read, and what about a readable one deserves a look.

/// Why a file is not read. A fact about the file; the room `message` says it to the person.
#[derive(Clone, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Refusal {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Larger than allowed.
    #[error("{bytes} bytes, {limit} allowed")]
    TooLarge { bytes: u64, limit: u64 },
    /// A password is needed, and none is known.
    #[error("protected by a password")]
    Password,
    /// A password is needed, and those that are known do not fit.
    #[error("protected by another password")]
    WrongPassword,
    /// Cut off: still being copied, or half of it lost.
    #[error("the file ends too early")]
    CutOff,
    /// Broken; a short technical word on where, for the specialist.
    #[error("broken: {at}")]
    Broken { at: String },
    /// A format that is not read, named (`PDF`, `Word`, `ZIP`, `JPEG`…).
    #[error("not a workbook: {format}")]
    Foreign { format: String },
    /// Neither a workbook nor text in a known encoding.
    #[error("neither a workbook nor text")]
    Unknown,
    /// Text in an encoding that cannot be told.
    #[error("unknown text encoding")]
    UnknownEncoding,
    /// Built so as to harm: too many parts, too large when unpacked, overlapping, references outside.
    #[error("refused as dangerous: {why}")]
    Hostile { why: String },
    /// The task has no right to open it.
    #[error("the task may not open it")]
    NotPermitted,
    /// It was changed or taken away while the job ran.
    #[error("changed while the job ran")]
    Changed,
    /// A hard link: the same file has other names, perhaps where the person may not read.
    #[error("one of {names} names of a file")]
    HardLink { names: u64 },
    /// The operating system does not let it be read.
    #[error("the system does not let it be read")]
    Locked,
    /// More cells than allowed.
    #[error("more than {limit} cells")]
    TooManyCells { limit: u64 },
}

/// Something about a file that was read all the same.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Suspicion {
    /// The name says one format, the bytes another (both as extensions, `xls` and `xlsx`).
    LyingExtension { name: String, bytes: String },
    /// A workbook with macros; they are never run.
    Macros,
    /// Values come from other workbooks; the ones saved last were used.
    ExternalLinks,
    /// An old xls that ends exactly at its last row: rows may have been cut off.
    FullToLastRow,
    /// The text file ends without its last line being complete.
    NoFinalNewline,
    /// The bytes are a text in two encodings: the one it was read in, and another.
    TwoEncodings { read: japan::Encoding, perhaps: japan::Encoding },
}
