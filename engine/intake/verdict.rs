//! Why something that was dropped waits, or is refused.

use std::io;

/// What a task takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// Files only.
    File,
    /// Folders only.
    Folder,
    /// Both.
    Either,
}

/// Why something is not yet an arrival; it becomes one without anybody's help but the person's who is at it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// It has not lain still for long enough: it is being copied or saved.
    Moving,
    /// A folder without files.
    Empty,
    /// Somebody has it open in Office; the name in the owner file.
    Open {
        /// Who, as the owner file says.
        by: Option<String>,
    },
    /// It has no content yet, or the end of the archive that every xlsx is.
    Incomplete,
    /// The system does not let it be read, because another program holds it.
    Written,
}

/// Why something is not touched; it stays where it is until somebody takes it away or mends it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Refused {
    /// A symbolic link.
    Link,
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// A file that has other names elsewhere.
    HardLink { names: u64 },
    /// A name that cannot be shown as it is.
    Name(NameFault),
    /// A folder where files are wanted, or the other way round.
    WrongKind { wants: Wants },
    /// The engine may not read it.
    Unreadable { kind: io::ErrorKind },
    /// A folder of too many files.
    TooMany { most: u64 },
    /// A folder in a folder in a folder, too often.
    TooDeep { most: u64 },
    /// A folder in which the names down to a file are so long together that it could not be moved to its results.
    LongPath { most: u64 },
    /// A folder in which something is refused. The path is within the folder, fit to be shown.
    Within { path: String, why: Box<Refused> },
}

/// What is wrong with a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameFault {
    /// Not UTF-8.
    NotText,
    /// Line breaks and other characters that steer a screen.
    Control,
    /// Characters that turn the direction of writing: what looks like `fdp.exe` reads otherwise.
    Direction,
}
