//! Every limit of a script, with the reason for its number.

/// What a script may use up inside the engine. Memory, CPU time and wall time are the worker process's business.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of a script or library file. 256 KiB are some 6,000 lines; compiling takes quadratic time for a `switch` of
    /// tens of thousands of cases, and nothing can interrupt the compiler.
    pub script_bytes: usize,
    /// Steps of the whole run. A pass over a million rows takes 5 to 20 million; an endless loop reaches the limit within a
    /// minute even if the process's own CPU limit is off.
    pub operations: u64,
    /// Functions calling functions. 32 fit the smallest stack we run on (8 MiB) with room for verbs in between.
    pub call_levels: usize,
    /// Nesting of one expression outside functions: a text joined from 60 parts is deep, a person writes no more.
    pub expression_depth: usize,
    /// Nesting of one expression inside a function or closure.
    pub function_depth: usize,
    /// Bytes of one text. A long cell has 32,767 characters; 10 MB allow a whole text output to be put together.
    pub text_bytes: usize,
    /// Entries of one map as it is written or put together; entries added one by one are bounded by the process's memory.
    pub map_entries: usize,
    /// Variables alive at once.
    pub variables: usize,
    /// Functions a script defines (closures count).
    pub functions: usize,
    /// Library files of one script.
    pub modules: usize,
    /// Findings kept: a list longer than this helps nobody, and a broken file of a million rows must not fill the memory.
    pub findings: usize,
    /// Rows of an array handed to `表を作る`, and days of `期間`.
    pub made_rows: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            script_bytes: 256 * 1024,
            operations: 400_000_000,
            call_levels: 32,
            expression_depth: 64,
            function_depth: 48,
            text_bytes: 10_000_000,
            map_entries: 100_000,
            variables: 256,
            functions: 400,
            modules: 32,
            findings: 10_000,
            made_rows: 1_048_576,
        }
    }
}

// Arrays have no limit of their own: Rhai measures the whole array again at every push, so that 40,000 pushes take 0.83 s
// instead of 0.012 s. Big data live in tables; what arrays may take is bounded by the process's memory.
