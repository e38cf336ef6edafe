//! The watched office: arrivals are claimed, performed, published and recorded, exactly once, whatever happens.

mod attempt;
mod board;
mod carry;
mod claim;
mod content;
mod crew;
mod day;
mod desk;
mod disk;
mod engine;
mod finish;
mod handback;
mod house;
mod jobs;
mod kept;
mod layout;
mod looker;
#[cfg(test)]
mod model;
mod name;
mod owner;
mod perform;
mod reserve;
mod retention;
mod rows;
mod state;
mod step;
mod takeback;
mod tasks;
mod undo;
mod unusable;

pub use board::Page;
pub use engine::{Engine, Setup, Stopper, Until};
pub use jobs::Jobs;
pub use owner::Other;
pub use step::POINTS;
pub use undo::Undoing;
pub use unusable::Unusable;
