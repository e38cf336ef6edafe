//! W3: 20,000 answer sheets of 100 questions from a CP932 CSV to four sheets; csv, encoding_rs, rust_xlsxwriter.
use std::collections::HashMap;
use std::fs;

use calamine::{Data, DataType, Reader};
use rust_xlsxwriter::{Workbook, Worksheet};

use crate::open;

struct Question {
    subject: usize,
    answer: String,
    points: u32,
    cells: Vec<Data>,
}

struct Candidate {
    number: String,
    name: String,
    scores: [u32; 6],
}

/// What the four sheets are made of; the sixth of each six is the total.
struct Results {
    names: Vec<String>,
    questions: Vec<Question>,
    full: [u32; 6],
    candidates: Vec<Candidate>,
    hits: [u32; 100],
    mean: [f64; 6],
    deviation: [f64; 6],
}

fn key(path: &str) -> (Vec<String>, Vec<Question>) {
    let range = open(path).worksheet_range_at(0).unwrap().unwrap();
    let mut subjects: Vec<String> = vec![];
    let mut questions = vec![];
    for row in range.rows().skip(1) {
        let name = row[1].to_string();
        let subject = subjects.iter().position(|x| *x == name).unwrap_or_else(|| {
            subjects.push(name);
            subjects.len() - 1
        });
        questions.push(Question {
            subject,
            answer: row[2].to_string(),
            points: row[3].as_f64().unwrap() as u32,
            cells: row.to_vec(),
        });
    }
    (subjects, questions)
}

fn score(answers: &str, questions: &[Question]) -> (Vec<Candidate>, [u32; 100]) {
    let raw = fs::read(answers).unwrap();
    let (text, _, _) = encoding_rs::SHIFT_JIS.decode(&raw);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let (mut candidates, mut hits) = (Vec::new(), [0u32; 100]);
    while reader.read_record(&mut record).unwrap() {
        let mut scores = [0u32; 6];
        for (q, answer) in record.iter().skip(2).enumerate() {
            if answer == questions[q].answer {
                scores[questions[q].subject] += questions[q].points;
                scores[5] += questions[q].points;
                hits[q] += 1;
            }
        }
        candidates.push(Candidate { number: record[0].to_string(), name: record[1].to_string(), scores });
    }
    (candidates, hits)
}

pub fn run(answers: &str, key_path: &str, output: &str) {
    let (mut names, questions) = key(key_path);
    names.push("合計".to_string());
    let mut full = [0u32; 6];
    for question in &questions {
        full[question.subject] += question.points;
        full[5] += question.points;
    }
    let (candidates, hits) = score(answers, &questions);
    let n = candidates.len() as f64;
    let mean: [f64; 6] = std::array::from_fn(|j| candidates.iter().map(|c| f64::from(c.scores[j])).sum::<f64>() / n);
    let deviation: [f64; 6] =
        std::array::from_fn(|j| (candidates.iter().map(|c| (f64::from(c.scores[j]) - mean[j]).powi(2)).sum::<f64>() / n).sqrt());
    let results = Results { names, questions, full, candidates, hits, mean, deviation };
    let mut book = Workbook::new();
    let passed = everyone(&results, book.add_worksheet());
    subjects(&results, book.add_worksheet());
    let sheet = book.add_worksheet();
    sheet.set_name("合格者一覧").unwrap();
    sheet.write_row(0, 0, ["順位", "受験番号", "氏名", "合計"]).unwrap();
    for (i, (rank, number, name, total)) in passed.iter().enumerate() {
        let y = i as u32 + 1;
        sheet.write(y, 0, *rank).unwrap();
        sheet.write(y, 1, *number).unwrap();
        sheet.write(y, 2, *name).unwrap();
        sheet.write(y, 3, *total).unwrap();
    }
    items(&results, n, book.add_worksheet());
    book.save(output).unwrap();
}

fn everyone<'a>(r: &'a Results, sheet: &mut Worksheet) -> Vec<(u32, &'a str, &'a str, u32)> {
    let mut totals: Vec<u32> = r.candidates.iter().map(|c| c.scores[5]).collect();
    totals.sort_unstable_by(|a, b| b.cmp(a));
    let mut rank = HashMap::new();
    for (i, total) in totals.iter().enumerate() {
        rank.entry(*total).or_insert(i as u32 + 1);
    }
    sheet.set_name("成績一覧").unwrap();
    let heads = ["受験番号".to_string(), "氏名".into()].into_iter().chain(r.names.clone());
    sheet.write_row(0, 0, heads.chain(r.names.iter().map(|s| format!("偏差値_{s}"))).chain(["順位".to_string()])).unwrap();
    let mut passed = vec![];
    for (i, c) in r.candidates.iter().enumerate() {
        let y = i as u32 + 1;
        sheet.write(y, 0, &c.number).unwrap();
        sheet.write(y, 1, &c.name).unwrap();
        for j in 0..6 {
            sheet.write(y, 2 + j as u16, c.scores[j]).unwrap();
            let standard = 50.0 + 10.0 * (f64::from(c.scores[j]) - r.mean[j]) / r.deviation[j];
            sheet.write(y, 8 + j as u16, (standard * 10.0).round() / 10.0).unwrap();
        }
        let place = rank[&c.scores[5]];
        sheet.write(y, 14, place).unwrap();
        let enough = |j: usize, share: f64| f64::from(c.scores[j]) >= share * f64::from(r.full[j]);
        if enough(5, 0.6) && (0..5).all(|j| enough(j, 0.4)) {
            passed.push((place, c.number.as_str(), c.name.as_str(), c.scores[5]));
        }
    }
    passed.sort();
    passed
}

fn subjects(r: &Results, sheet: &mut Worksheet) {
    sheet.set_name("科目別統計").unwrap();
    sheet.write_row(0, 0, ["科目", "満点", "平均", "標準偏差", "最高", "最低"]).unwrap();
    for j in 0..6 {
        let y = j as u32 + 1;
        sheet.write(y, 0, &r.names[j]).unwrap();
        sheet.write(y, 1, r.full[j]).unwrap();
        sheet.write(y, 2, r.mean[j]).unwrap();
        sheet.write(y, 3, r.deviation[j]).unwrap();
        sheet.write(y, 4, r.candidates.iter().map(|c| c.scores[j]).max().unwrap()).unwrap();
        sheet.write(y, 5, r.candidates.iter().map(|c| c.scores[j]).min().unwrap()).unwrap();
    }
}

fn items(r: &Results, n: f64, sheet: &mut Worksheet) {
    sheet.set_name("設問別正答率").unwrap();
    sheet.write_row(0, 0, ["問番号", "科目", "正答", "配点", "正答率"]).unwrap();
    for (q, question) in r.questions.iter().enumerate() {
        let y = q as u32 + 1;
        for (c, value) in question.cells.iter().enumerate() {
            match value {
                Data::String(text) => sheet.write(y, c as u16, text).unwrap(),
                value => sheet.write(y, c as u16, value.as_f64().unwrap()).unwrap(),
            };
        }
        sheet.write(y, 4, f64::from(r.hits[q]) / n).unwrap();
    }
}
