//! A line of a script with a caret under the word at fault, right also under Japanese characters.

use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use job::Told;
use task::Task;

/// The text of a script's file as the worker read it.
pub fn source(file: &str, task: &Task) -> Option<String> {
    if Path::new(file) == task.script_path() {
        return Some(task.script.clone());
    }
    let name = Path::new(file).file_stem()?.to_str()?;
    let module = task.library.iter().find(|(known, _)| known == name || known == file);
    module.map(|(_, text)| text.clone()).or_else(|| super::read(Path::new(file)))
}

/// The line and the caret.
pub fn of(text: &str, told: &Told) -> String {
    let (Some(line), column) = (told.line, told.column.unwrap_or(1)) else { return String::new() };
    let Some(start) = offset(text, line) else { return String::new() };
    let rest = &text[start..];
    let line_text = rest.lines().next().unwrap_or_default();
    let from = line_text.char_indices().nth(column.saturating_sub(1)).map_or(line_text.len(), |(at, _)| at);
    let word = told.word.as_deref().filter(|word| line_text[from..].starts_with(word)).map_or(1, str::len);
    let to = (from + word).min(line_text.len()).max(from);
    // The snippet holds one line, so that rendering never depends on the rest of the script.
    let snippet = Snippet::source(line_text).line_start(line).annotation(AnnotationKind::Primary.span(from..ceil(line_text, to)));
    let report = [Level::ERROR.no_name().primary_title("").element(snippet)];
    let drawn = Renderer::plain().render(&report);
    let mut lines: String = drawn.lines().filter(|line| line.contains('|')).map(|line| format!("  {line}\n")).collect();
    if lines.is_empty() {
        lines = self::line(text, line);
    }
    lines
}

/// One line with its number.
pub fn line(text: &str, line: usize) -> String {
    text.lines().nth(line - 1).map(|text| format!("  {line} | {text}\n")).unwrap_or_default()
}

fn offset(text: &str, line: usize) -> Option<usize> {
    let mut start = 0;
    for _ in 1..line {
        start += text[start..].find('\n')? + 1;
    }
    Some(start)
}

fn ceil(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_japanese_word() {
        let told = Told { line: Some(2), column: Some(12), word: Some("絞込む".to_owned()), ..Told::default() };
        let drawn = of("// 一行目\nlet 表 = 元表.絞込む(1);\n", &told);
        let lines: Vec<&str> = drawn.lines().collect();
        let at = lines.iter().position(|line| line.contains("絞込む")).unwrap();
        let code = lines[at].split("| ").nth(1).unwrap();
        let carets = lines[at + 1].split("| ").nth(1).unwrap();
        let before = code.split("絞込む").next().unwrap();
        assert_eq!(japan::width(before), carets.find('^').unwrap(), "{drawn}");
        assert_eq!(carets.trim().len(), japan::width("絞込む"));
    }
}
