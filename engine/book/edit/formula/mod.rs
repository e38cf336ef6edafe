//! Formulas as text: what they refer to, and the same formula after rows have moved.

mod moved;
mod pieces;

pub(crate) use moved::{Growth, Move, Moves, area_moved, shown, translated};
pub(crate) use pieces::{End, Piece, Reference, Scope, Span, pieces, pieces_with_names, pieces_with_places, quoted};
