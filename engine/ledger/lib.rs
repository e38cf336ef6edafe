//! The office's store: where each job stands, and the ledger (台帳) of what was done and what it saved.
//!
//! The only room that speaks SQL. The ledger is append-only and chained by hashes; a job's last step and its run are written in
//! one transaction. No clock: the time is handed in.
