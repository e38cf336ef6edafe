//! `jitan doc`: the script reference, made from the words that scripts really know.

use message::Lang;

use crate::exit::Exit;
use crate::print::Screen;

/// Prints the reference as Markdown.
pub fn doc(screen: &Screen) -> Exit {
    screen.page(&markdown(screen.lang));
    Exit::Done
}

fn markdown(lang: Lang) -> String {
    let mut page = format!("# {}\n", lang.pick("スクリプトの手引き", "Script reference"));
    for family in script::reference() {
        page.push_str(&format!("\n## {}\n", lang.pick(family.name, family.english)));
        for word in &family.words {
            page.push_str(&format!("\n### {}\n\n{}\n", word.name, lang.pick(word.ja, word.en)));
            let forms: Vec<String> = word.forms.iter().map(|form| format!("- `{form}`\n")).collect();
            page.push_str(&format!("\n{}", forms.concat()));
            if !word.example.is_empty() {
                page.push_str(&format!("\n```rhai\n{}\n```\n", word.example.trim_end()));
            }
            if !word.shows.is_empty() {
                page.push_str(&format!("\n→ `{}`\n", word.shows));
            }
        }
    }
    page
}
