//! What the ledger costs. `ledger-bench hash FILE` | `verify STORE` | `recompute STORE` | `sums STORE` | `append STORE COUNT`: a line of JSON with seconds.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use ledger::{Baseline, DateTime, Fate, Method, Minutes, NewJob, Run, Staging, Store, Verdict};
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().collect();
    let [_, what, path, rest @ ..] = words.as_slice() else {
        return Err("hash FILE | verify STORE | recompute STORE | sums STORE | append STORE COUNT".into());
    };
    let path = Path::new(path);
    let started = Instant::now();
    match what.as_str() {
        "hash" => hash(path)?,
        "verify" => match Store::open_to_read(path)?.verify()? {
            Verdict::Sound { .. } => {}
            Verdict::Broken { n, flaw } => return Err(format!("row {n}: {flaw:?}").into()),
        },
        "recompute" => match Store::open_to_read(path)?.recompute()? {
            came if came.different == 0 => {}
            came => return Err(format!("{:?}", came.differences).into()),
        },
        "sums" => {
            let sums = Store::open_to_read(path)?.sums("2000-01-01".parse()?, "2100-01-01".parse()?)?;
            println!("{} sums", sums.len());
        }
        "append" => append(path, rest.first().map_or(Ok(1000), |count| count.parse())?)?,
        other => return Err(other.into()),
    }
    println!("{{\"seconds\": {:.3}}}", started.elapsed().as_secs_f64());
    Ok(())
}

/// The floor under a check: the same bytes read and hashed.
fn hash(path: &Path) -> Result<(), Box<dyn Error>> {
    let (mut file, mut block, mut digest) = (File::open(path)?, vec![0; 1 << 16], Sha256::new());
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            break;
        }
        digest.update(&block[..count]);
    }
    println!("{:x?}", &digest.finalize()[..4]);
    Ok(())
}

/// So many jobs through the store, each with all its transactions; the seconds of the commits with their rows are told apart.
fn append(path: &Path, count: u64) -> Result<(), Box<dyn Error>> {
    let mut store = Store::open(path)?;
    let now: DateTime = "2027-03-31T12:00:00".parse()?;
    let mut committing = 0.0;
    let first = u64::from(store.next_number("20270331")?);
    for number in first..first + count {
        let id = format!("20270331-{number:07}");
        let content = format!("{:064x}", u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let text = |text: &str| text.to_owned();
        let job = NewJob {
            id: id.clone(),
            task: text("statistics"),
            version: text("v1"),
            inbox: text("in"),
            name: text("7.xlsx"),
            folder: false,
            identity: text("1:2:3"),
            engine: text("0.1.0"),
            clock: now,
            seed: 1,
            again: None,
        };
        let staging = Staging { folder_name: text("7"), kind: Fate::Done, outputs: text("[]"), facts: text("{}"), reason: None };
        store.intend(&job, now)?;
        store.claimed(&id, &content, 1, now)?;
        store.attempt(&id, now)?;
        store.staged(&id, &staging, now)?;
        let run = Run { department: text("d"), unit: text("u"), units: 3, baseline: Some(baseline()?), ..Run::default() };
        let started = Instant::now();
        store.committed(&id, &run, now)?;
        committing += started.elapsed().as_secs_f64();
        store.archived(&id, "2027/03/1", now)?;
    }
    println!("{{\"commit_ms\": {:.4}}}", committing * 1000.0 / count as f64);
    Ok(())
}

fn baseline() -> Result<Baseline, Box<dyn Error>> {
    Ok(Baseline {
        name_ja: "t".to_owned(),
        name_en: "t".to_owned(),
        department: "d".to_owned(),
        unit_ja: "u".to_owned(),
        unit_en: "u".to_owned(),
        before: Minutes::whole(12),
        after: Minutes::whole(2),
        rework: Baseline::REWORK,
        method: Method::Interview,
        author: "a".to_owned(),
        date: "2026-04-01".parse()?,
        samples: 10,
        low: None,
        high: None,
        units_per_year: None,
        new_work: false,
        reason: None,
    })
}
