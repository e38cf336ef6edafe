//! What templates are filled with: the names that a script gives to each of them, as far as they are known without running it.

use std::collections::BTreeSet;

use super::seen::{At, Seen, Words};
use super::{Use, Walk};

/// What is given at one place that fills templates. Everything errs towards "may be given".
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Filling {
    /// The templates that may be filled there, by their files' names; none where nobody knows.
    pub templates: Option<Vec<String>>,
    /// All names that may be given, those within lists among them.
    pub names: BTreeSet<String>,
    /// Names of which nobody knows whether they are lists, and of what.
    pub vague: BTreeSet<String>,
    /// Whether there may be other names.
    pub open: bool,
}

impl Filling {
    fn of(form: &Words, given: &[&Seen]) -> Filling {
        let templates = form.as_ref().map(|words| words.iter().map(|word| word.text.to_string()).collect());
        let mut filling = Filling { templates, ..Filling::default() };
        for value in given {
            filling.open |= !filling.take(value);
        }
        filling
    }

    /// Takes the names of a value; answers whether nothing in it is unknown.
    fn take(&mut self, value: &Seen) -> bool {
        match value {
            Seen::Row(shape) | Seen::Table(shape) => {
                self.names.extend(shape.labels.iter().map(|label| label.name.to_string()));
                !shape.open
            }
            Seen::Map(map) => {
                for (name, (value, _)) in &map.fields {
                    self.names.insert(name.to_string());
                    if !self.take(value) {
                        self.vague.insert(name.to_string());
                    }
                }
                true
            }
            Seen::List(list) => {
                let known = list.items.iter().fold(true, |known, (item, _)| self.take(item) && known);
                known && !list.more
            }
            Seen::Text(_) | Seen::Plain => true,
            _ => false,
        }
    }

    /// What may be given on either way to the same place.
    fn join(&mut self, other: Filling) {
        let templates = self.templates.take().zip(other.templates);
        self.templates = templates.map(|(mut all, more)| {
            all.extend(more.into_iter().filter(|name| !all.contains(name)).collect::<Vec<_>>());
            all
        });
        self.names.extend(other.names);
        self.vague.extend(other.vague);
        self.open |= other.open;
    }
}

impl Walk<'_> {
    /// A template is filled.
    pub(super) fn fill(&mut self, uses: &[Use], values: &[Seen], at: At) {
        let form = match values.first() {
            Some(Seen::Form(words)) => words.clone(),
            _ => None,
        };
        let given: Vec<&Seen> =
            uses.iter().zip(values).filter(|(used, _)| matches!(used, Use::Filling)).map(|(_, value)| value).collect();
        let mut filling = Filling::of(&form, &given);
        // The script asks for the columns itself, or catches the error.
        filling.open |= self.quiet > 0;
        match self.fillings.get_mut(&at) {
            Some(known) => known.join(filling),
            None => drop(self.fillings.insert(at, filling)),
        }
    }
}
