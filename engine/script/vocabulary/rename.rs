//! 名前変更: new names for files, and the symbols of personal data in them.

use std::rc::Rc;

use book::{Fate, Finding, NotRenamed, Problem, Severity};
use rhai::{Array, Dynamic, ImmutableString, Map};

use super::{Vocabulary, check};
use crate::ValueKind;
use crate::columns::{Gives, Use};
use crate::fault::{Fault, Said};
use crate::handle::{File, Symbols};
use crate::options::{self, Known, Takes};
use crate::renames;
use crate::session::Session;
use crate::symbols::{Look, Position, Rule, Rules, key};

const LOOKS: [(&str, Look); 4] =
    [("ファイル名", Look::Name), ("フォルダー", Look::Folder), ("フォルダ", Look::Folder), ("内容", Look::Content)];
const LOOK_WORDS: [&str; 4] = options::words(&LOOKS);
const POSITIONS: [(&str, Position); 2] = [("先頭", Position::Head), ("末尾", Position::Tail)];
const POSITION_WORDS: [&str; 2] = options::words(&POSITIONS);

pub(super) fn register(v: &mut Vocabulary) {
    v.family("名前変更", "rename");
    v.word(
        "名前を変える",
        &["名前を変える(f, \"新しい名前\", \"理由\")"],
        "ファイルの名前を変える予定にする。同じ名前になる組、開かれているファイル、使えない名前は変えずに指摘する。",
        "Plans a new name. Names that would be the same, open files and names that cannot be are left and said.",
    )
    .example("名前を変える(f, \"個_検査.csv\", \"個人情報\");\nエラーあり()", "FALSE")
    .acting(|session| {
        move |file: File, name: ImmutableString, reason: ImmutableString| {
            plan(&session, file.0, &name, &reason);
        }
    });
    v.word(
        "名前の問題",
        &["名前の問題(名前, f)"],
        "f のフォルダーでその名前にするときの問題の配列。問題がなければ空。",
        "What is wrong with a name in the folder of f, as texts.",
    )
    .example("名前の問題(\"a:b.xlsx\", f).len()", "1")
    .acting(|session| {
        move |name: ImmutableString, file: File| -> Array {
            let troubles = japan::check_file_name(&name, session.files.path_units(file.0, &name));
            troubles.iter().map(|trouble| ImmutableString::from((session.context.name_words)(trouble)).into()).collect()
        }
    });
    rules(v);
    using(v);
    many(v);
}

/// Plans a rename, unless it cannot be; then that is said. Whether it was planned.
fn plan(session: &Session, file: usize, name: &str, reason: &str) -> bool {
    if let Some(owner) = session.files.open_by(file) {
        let by = (!owner.is_empty()).then(|| owner.to_owned());
        renames::left(session, file, name, NotRenamed::Open { by });
        return false;
    }
    let troubles = japan::check_file_name(name, session.files.path_units(file, name));
    if !troubles.is_empty() {
        renames::left(session, file, name, NotRenamed::Name { troubles });
        return false;
    }
    session.renames.borrow_mut().plan(session, file, name, reason);
    true
}

fn rules(v: &mut Vocabulary) {
    v.word(
        "記号の規則",
        &[
            "記号の規則(#{記号: [\"機3\", \"機2\"], 位置: \"先頭\", 囲み: \"〔〕\", 区切り: \"_\", 規則: [#{見る所: \"ファイル名\", 語: \"名簿|台帳\", 記号: \"機2\"}]})",
            "記号の規則(#{名前: [[\"正規表現\", \"【個A】\"]], 外す: \"^【個[A-Z]】\"})",
        ],
        "個人情報分類記号の書き方と、どのファイルにどの記号が付くかの規則。",
        "How symbols are written in file names, and which file gets which.",
    )
    .example("let 規則 = 記号の規則(#{記号: [\"機2\"], 区切り: \"_\"});\n規則.付ける(\"名簿.xlsx\", \"機2\")", "機2_名簿.xlsx")
    .acting(|session| move |how: Map| understand(&session, &how))
    .uses(&[Use::Options(RULES)], Gives::Value);
}

/// How symbols may be described.
const RULES: &[Known] = &[
    options::any("記号"),
    options::one_of("位置", &POSITION_WORDS),
    options::any("囲み"),
    options::any("括弧"),
    options::any("区切り"),
    Known { name: "規則", takes: Takes::Many(RULE) },
    options::any("名前"),
    options::any("外す"),
];

/// What one rule may say.
const RULE: &[Known] = &[options::one_of("見る所", &LOOK_WORDS), options::any("語"), options::any("記号")];

fn understand(session: &Session, how: &Map) -> Said<Symbols> {
    options::check(how, RULES)?;
    let mut symbols = how.get("記号").map(options::texts).transpose()?.unwrap_or_default();
    let position = options::choice(how, "位置", &POSITIONS)?.unwrap_or(Position::Head);
    let brackets = match options::text(how, "囲み")? {
        Some(brackets) => brackets,
        None => options::text(how, "括弧")?.unwrap_or_default(),
    };
    let middle = brackets.char_indices().nth(brackets.chars().count().div_ceil(2)).map_or(brackets.len(), |(at, _)| at);
    let delimiter = options::text(how, "区切り")?.unwrap_or_default();
    let mut rules = Vec::new();
    for rule in how.get("規則").map(options::array).transpose()?.unwrap_or_default() {
        let Ok(rule) = rule.as_map_ref() else { return Err(Fault::wrong_type(&[&rule]).into()) };
        rules.push(one_rule(&rule)?);
    }
    symbols.extend(rules.iter().map(|rule: &Rule| rule.symbol.clone()));
    let (mut patterns, mut texts): (Vec<String>, Vec<String>) = Default::default();
    for pair in how.get("名前").map(options::array).transpose()?.unwrap_or_default() {
        let pair = options::texts(&pair)?;
        let [pattern, text] = &pair[..] else { return Err(Fault::wrong_type(&[&Dynamic::from(Array::new())]).into()) };
        patterns.push(pattern.clone());
        texts.push(text.clone());
        symbols.push(text.clone());
    }
    let mut made = Rules::new(symbols, position, brackets.split_at(middle), &delimiter);
    made.rules = rules;
    made.patterns = (session.patterns.set(&patterns)?, texts);
    made.strip = match options::text(how, "外す")? {
        Some(pattern) => Some(session.patterns.get(&pattern.into())?),
        None => None,
    };
    Ok(Symbols(Rc::new(made)))
}

fn one_rule(rule: &Map) -> Said<Rule> {
    options::check(rule, RULE)?;
    let words = options::text(rule, "語")?.unwrap_or_default();
    let words = words.split('|').map(str::trim).filter(|word| !word.is_empty());
    Ok(Rule {
        look: options::choice(rule, "見る所", &LOOKS)?.unwrap_or(Look::Name),
        words: words.map(|word| (word.to_owned(), key(word))).collect(),
        symbol: options::text(rule, "記号")?.unwrap_or_default(),
    })
}

fn using(v: &mut Vocabulary) {
    v.word(
        "今の記号",
        &["規則.今の記号(名前)"],
        "名前に付いている記号。なければ空の文字。全角半角と括弧の違いは問わない。",
        "The symbol a name has now, whatever its width and brackets; else an empty text.",
    )
    .example("let 規則 = 記号の規則(#{記号: [\"機2\"], 区切り: \"_\"});\n規則.今の記号(\"【機２】名簿.xlsx\")", "機2")
    .form(|rules: &mut Symbols, name: ImmutableString| -> ImmutableString { rules.0.of(&name).unwrap_or_default().into() });
    v.word(
        "付ける",
        &["規則.付ける(名前, \"機2\")"],
        "記号を付けた名前。すでに記号があれば、そのまま。",
        "The name with a symbol; one that has a symbol stays as it is.",
    )
    .example(
        "let 規則 = 記号の規則(#{記号: [\"機2\"], 囲み: \"〔〕\", 位置: \"末尾\"});\n規則.付ける(\"名簿.xlsx\", \"機2\")",
        "名簿〔機2〕.xlsx",
    )
    .form(|rules: &mut Symbols, name: ImmutableString, symbol: ImmutableString| -> ImmutableString {
        rules.0.add(&name, &symbol).into()
    });
    v.word("外す", &["規則.外す(名前)"], "記号を外した名前。", "The name without its symbol.")
        .example("let 規則 = 記号の規則(#{記号: [\"機2\"], 区切り: \"_\"});\n規則.外す(\"機2_名簿.xlsx\")", "名簿.xlsx")
        .form(|rules: &mut Symbols, name: ImmutableString| -> ImmutableString { rules.0.remove(&name).into() });
    v.word("判定", &["規則.判定(f)"], "ファイルにふさわしい記号と理由（#{記号, 理由}）。最初に当てはまった規則による。", "The symbol that belongs to a file and why, by the first rule that fits.")
        .example("let 規則 = 記号の規則(#{記号: [\"機2\"], 規則: [#{見る所: \"ファイル名\", 語: \"検査|名簿\", 記号: \"機2\"}]});\n規則.判定(f).理由", "ファイル名に「検査」があります")
        .acting(|session| {
            move |rules: &mut Symbols, file: File| -> Map {
                let (symbol, reason) = judge(&session, &rules.0, file.0).unwrap_or_default();
                let text = |text: String| Dynamic::from(ImmutableString::from(text));
                Map::from_iter([("記号".into(), text(symbol)), ("理由".into(), text(reason))])
            }
        });
}

/// The symbol that belongs to a file, and why.
fn judge(session: &Session, rules: &Rules, file: usize) -> Option<(String, String)> {
    let name = session.files.name(file);
    if let Some(text) = rules.by_pattern(name) {
        return Some((text.to_owned(), "名前の規則".to_owned()));
    }
    let name = key(&rules.remove(name));
    let mut content = None;
    for rule in &rules.rules {
        let reason = match rule.look {
            Look::Name => rule
                .words
                .iter()
                .find(|(_, word)| name.contains(word.as_str()))
                .map(|(word, _)| format!("ファイル名に「{word}」があります")),
            Look::Folder => {
                let folder = key(session.files.folder(file));
                let found = rule.words.iter().find(|(_, word)| folder.split('/').any(|part| part.contains(word.as_str())));
                found.map(|(word, _)| format!("フォルダー名に「{word}」があります"))
            }
            Look::Content => {
                let found = content.get_or_insert_with(|| check::personal(session, file));
                let fits = |one: &&check::Found| one.labelled && rule.words.iter().any(|(word, _)| word == one.kind);
                found.iter().find(fits).map(|one| one.reason())
            }
        };
        if let Some(reason) = reason {
            return Some((rule.symbol.clone(), reason));
        }
    }
    None
}

fn many(v: &mut Vocabulary) {
    v.word("まとめて付ける", &["規則.まとめて付ける(入力.ファイル, \"理由\")"], "規則に合うファイル全部に記号を付ける予定にする。予定した数を返す。", "Plans the symbols of many files at once; gives how many.")
        .example("let 規則 = 記号の規則(#{名前: [[\"検査\", \"【個A】\"]], 外す: \"^【個[A-Z]】\"});\n規則.まとめて付ける(入力.ファイル, \"記号\")", "1")
        .acting(|session| {
            move |rules: &mut Symbols, files: Array, reason: ImmutableString| -> Said<i64> {
                let files: Vec<File> = options::list(&files.into(), ValueKind::File)?;
                let mut planned = 0;
                for file in files {
                    let name = session.files.name(file.0);
                    let Some((symbol, why)) = judge(&session, &rules.0, file.0) else { continue };
                    let new = rules.0.add(name, &symbol);
                    if new != name {
                        let why = if reason.is_empty() { &why } else { reason.as_str() };
                        planned += i64::from(plan(&session, file.0, &new, why));
                    } else if rules.0.strip.is_none() && rules.0.of(name).is_some_and(|now| now != symbol) {
                        let now = rules.0.of(name).unwrap_or_default();
                        session.find(Finding {
                            severity: Severity::Warning,
                            place: session.files.place(file.0),
                            column: None,
                            value: None,
                            problem: Problem::OtherSymbol { now: now.to_owned(), wanted: symbol, reason: why },
                            fate: Fate::NameKept,
                        });
                    }
                }
                Ok(planned)
            }
        });
    v.word(
        "まとめて外す",
        &["規則.まとめて外す(入力.ファイル, \"理由\")"],
        "ファイル全部の記号を外す予定にする。予定した数を返す。",
        "Plans taking off the symbols of many files; gives how many.",
    )
    .example("let 規則 = 記号の規則(#{記号: [\"検\"]});\n規則.まとめて外す(入力.ファイル, \"記号を外す\")", "1")
    .acting(|session| {
        move |rules: &mut Symbols, files: Array, reason: ImmutableString| -> Said<i64> {
            let files: Vec<File> = options::list(&files.into(), ValueKind::File)?;
            let mut planned = 0;
            for file in files {
                let name = session.files.name(file.0);
                let new = rules.0.remove(name);
                if new != name {
                    planned += i64::from(plan(&session, file.0, &new, &reason));
                }
            }
            Ok(planned)
        }
    });
}
