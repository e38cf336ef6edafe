//! Which rows of a template belong to which block, and which rows come of them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::mark::{Block, Name, Piece};
use super::scope::Scope;
use super::{Field, TemplateTrouble};
use crate::Address;

/// The marks of a sheet by their cells, in order.
pub(super) type Marks = BTreeMap<Address, Vec<Piece>>;

/// Rows that are repeated, kept or left out together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Section {
    pub(super) block: Block,
    pub(super) name: String,
    pub(super) rows: RangeInclusive<u32>,
    pub(super) inner: Vec<Section>,
    /// Where its first mark stands.
    pub(super) at: Address,
}

/// What is done to rows, one after another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Writes the rows again so many times, right behind themselves.
    Repeat { first: u32, last: u32, times: u32 },
    /// Takes rows away.
    Delete { first: u32, last: u32 },
}

/// One row of the result: which row of the template it was, and whose it is.
pub(super) struct Laid<'r> {
    pub(super) row: u32,
    pub(super) scope: Scope<'r>,
}

/// A trouble and where it stands.
pub(super) type Troubles = Vec<(Address, TemplateTrouble)>;

/// Finds the blocks of rows. A block that begins and ends in one cell, with other text beside it, is a matter of that cell.
pub(super) fn sections(marks: &Marks, troubles: &mut Troubles) -> Vec<Section> {
    let mut open: Vec<Section> = Vec::new();
    let mut done: Vec<Section> = Vec::new();
    for (&at, pieces) in marks {
        let whole = fills_cell(pieces);
        for (nth, piece) in pieces.iter().enumerate() {
            let outer = whole.is_some_and(|end| nth == 0 || nth == end);
            match piece {
                Piece::Open(block, name) if outer || !closes_within(&pieces[nth..]) => {
                    open.push(Section { block: *block, name: name.clone(), rows: at.row..=at.row, inner: Vec::new(), at });
                }
                Piece::Close(name) if outer || !opens_within(&pieces[..=nth]) => match open.pop() {
                    Some(mut section) if section.name == *name => {
                        section.rows = *section.rows.start()..=at.row;
                        open.last_mut().map_or(&mut done, |outer| &mut outer.inner).push(section);
                    }
                    Some(section) => {
                        troubles.push((at, TemplateTrouble::Unclosed { name: section.name.clone() }));
                        open.push(section);
                    }
                    None => troubles.push((at, TemplateTrouble::NeverOpened { name: name.clone() })),
                },
                _ => {}
            }
        }
    }
    troubles.extend(open.into_iter().map(|section| (section.at, TemplateTrouble::Unclosed { name: section.name })));
    check(&done, troubles);
    done
}

/// Where a repeated block ends that is all there is in a cell: its row is repeated, as if its marks stood in cells of their own.
pub(super) fn fills_cell(pieces: &[Piece]) -> Option<usize> {
    let last = pieces.iter().rposition(|piece| *piece != Piece::PageEnd)?;
    let end = inner_end(pieces)?;
    (matches!(pieces[0], Piece::Open(Block::Each, _)) && end == last).then_some(end)
}

/// Whether the block that begins with these pieces ends among them.
pub(super) fn closes_within(pieces: &[Piece]) -> bool {
    inner_end(pieces).is_some()
}

/// The number of the piece that ends the block which the first piece begins.
pub(super) fn inner_end(pieces: &[Piece]) -> Option<usize> {
    let mut depth = 0;
    for (nth, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Open(..) => depth += 1,
            Piece::Close(_) => {
                depth -= 1;
                if depth == 0 {
                    return Some(nth);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether the block that ends with the last piece begins among them.
fn opens_within(pieces: &[Piece]) -> bool {
    let mut depth = 0;
    pieces.iter().rev().any(|piece| {
        match piece {
            Piece::Close(_) => depth += 1,
            Piece::Open(..) => depth -= 1,
            _ => {}
        }
        depth == 0 && matches!(piece, Piece::Open(..))
    })
}

/// Two blocks side by side must not share a row: rows are repeated as a whole.
fn check(sections: &[Section], troubles: &mut Troubles) {
    for pair in sections.windows(2) {
        if pair[1].rows.start() <= pair[0].rows.end() {
            troubles.push((pair[1].at, TemplateTrouble::SharedRow { name: pair[1].name.clone(), other: pair[0].name.clone() }));
        }
    }
    sections.iter().for_each(|section| check(&section.inner, troubles));
}

/// Lays out a sheet: the steps that make its rows, and the rows that have marks.
pub(super) struct Layout<'m, 'r> {
    pub(super) marks: &'m Marks,
    pub(super) steps: Vec<Step>,
    pub(super) rows: Vec<(u32, Laid<'r>)>,
    pub(super) troubles: Troubles,
    /// Rows that the result may have.
    pub(super) room: u64,
}

impl<'r> Layout<'_, 'r> {
    /// The rows from `first` to `last`, which come to lie at `to`, with the blocks in them; answers how many rows they become.
    pub(super) fn lay(&mut self, rows: (u32, u32), to: u32, sections: &[Section], scope: &Scope<'r>) -> Result<u32, ()> {
        let (first, last) = rows;
        let mut at = first;
        let mut out = to;
        for section in sections {
            let (start, end) = (*section.rows.start(), *section.rows.end());
            self.plain(at..start, out, scope);
            out += start - at;
            out += self.section(section, out, scope)?;
            at = end + 1;
        }
        self.plain(at..last + 1, out, scope);
        out += last + 1 - at;
        Ok(out - to)
    }

    /// Rows that stay as they are; those with marks are noted.
    fn plain(&mut self, rows: std::ops::Range<u32>, to: u32, scope: &Scope<'r>) {
        if rows.is_empty() {
            return;
        }
        let from = rows.start;
        let mut last = None;
        for (at, _) in self.marks.range(Address::new(rows.start, 0)..Address::new(rows.end, 0)) {
            if last != Some(at.row) {
                self.rows.push((to + (at.row - from), Laid { row: at.row, scope: scope.clone() }));
                last = Some(at.row);
            }
        }
    }

    fn section(&mut self, section: &Section, to: u32, scope: &Scope<'r>) -> Result<u32, ()> {
        let (first, last) = (*section.rows.start(), *section.rows.end());
        let height = last - first + 1;
        let scopes = match section.block {
            Block::Each => self.each(section, scope),
            Block::If | Block::Unless => {
                let holds = scope.find(&section.name).is_some_and(|field| field.is_something());
                if holds == (section.block == Block::If) { vec![scope.clone()] } else { Vec::new() }
            }
        };
        let copies = scopes.len() as u64;
        self.room = self.room.checked_sub(copies * u64::from(height)).ok_or(())?;
        match copies {
            0 => {
                self.steps.push(Step::Delete { first: to, last: to + height - 1 });
                return Ok(0);
            }
            1 => {}
            more => self.steps.push(Step::Repeat { first: to, last: to + height - 1, times: more as u32 - 1 }),
        }
        // Each copy has the height of the block until its own blocks are laid out: from the last one up, so that those
        // before it do not move.
        if section.inner.is_empty() {
            for (nth, scope) in scopes.iter().enumerate() {
                self.plain(first..last + 1, to + nth as u32 * height, scope);
            }
            return Ok(copies as u32 * height);
        }
        self.nested(section, to, &scopes)
    }

    fn nested(&mut self, section: &Section, to: u32, scopes: &[Scope<'r>]) -> Result<u32, ()> {
        let (first, last) = (*section.rows.start(), *section.rows.end());
        let mut total = 0;
        // From the first one down: each copy begins where the one before it ended, and its steps act there.
        for scope in scopes {
            total += self.lay((first, last), to + total, &section.inner, scope)?;
        }
        Ok(total)
    }

    /// A scope for each copy. A list without records leaves one blank copy, so that totals below keep their cells.
    fn each(&mut self, section: &Section, scope: &Scope<'r>) -> Vec<Scope<'r>> {
        let records = match scope.find(&section.name).map(Field::records) {
            Some(Some(records)) => records,
            Some(None) => {
                self.troubles.push((section.at, TemplateTrouble::NotAList { name: section.name.clone() }));
                return vec![scope.blank(&section.name)];
            }
            None => {
                let near = scope.near(&section.name);
                self.troubles.push((section.at, TemplateTrouble::NoValue { mark: section.name.clone(), near }));
                return vec![scope.blank(&section.name)];
            }
        };
        if records.is_empty() {
            return vec![scope.blank(&section.name)];
        }
        let together = self.together(section, records);
        (0..records.len()).step_by(together).map(|from| scope.within(records, from, together)).collect()
    }

    /// How many records one copy takes: the highest `@` number of its marks that does not point into a list of values.
    fn together(&self, section: &Section, records: &[super::Record]) -> usize {
        let rows = Address::new(*section.rows.start(), 0)..Address::new(section.rows.end() + 1, 0);
        let names = self.marks.range(rows).flat_map(|(_, pieces)| pieces).filter_map(|piece| match piece.name() {
            Some(Name { path, nth: Some(nth), .. }) if path.len() == 1 => Some((path, *nth)),
            _ => None,
        });
        let counts = names.filter(|(path, _)| !matches!(records[0].get(&path[0]), Some(Field::Items(_))));
        counts.map(|(_, nth)| nth as usize).max().unwrap_or(1).max(1)
    }
}
