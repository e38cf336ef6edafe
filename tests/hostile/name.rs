//! Sound files under names that mean something to a shell, a browser, a spreadsheet or a screen; and things that are no files.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::{Dropped, Fate, Make};

/// Names, then kinds.
pub fn all() -> Vec<Dropped> {
    let mut all = Vec::new();
    harmless(&mut all);
    refused(&mut all);
    kinds(&mut all);
    all
}

fn list(count: u64) -> Vec<u8> {
    format!("課,件数\n財務課,{count}\n").into_bytes()
}

fn harmless(all: &mut Vec<Dropped>) {
    let long = "長".repeat(83); // 249 bytes, and four of the extension
    let names = [
        "<img src=x onerror=alert(1)>.csv",
        "\"><script>alert(1)<",
        "a&b&lt;.csv",
        "%s%n%x%00.csv",
        "=cmd|' 'C calc'!A0.csv",
        "+1-1@.csv",
        "-rf.csv",
        "--help.csv",
        "; rm -rf ~ ;.csv",
        "$(touch was-here).csv",
        "`touch was-here`.csv",
        "a'b\"c.csv",
        "a\\..\\b.csv",
        "CON.csv",
        "NUL.csv",
        "com1.csv",
        " 前に空白.csv",
        "後に空白 .csv",
        "点で終わる.csv.",
        "拡張子なし",
        "絵文字👨‍👩‍👧.csv",
        "か\u{3099}ぎ.csv",
        "ｶﾞｷﾞ.csv",
        "受領書.txt.csv",
        "要確認一覧.csv",
        "はじめにお読みください.csv",
        "状況.html.csv",
        "jitan.toml.csv",
        "a (2).csv",
        "a.csv",
        "A.CSV",
        "a.tar.csv",
        "{{x}}${y}.csv",
        "\u{3000}.csv",
        "零幅\u{200b}.csv",
    ];
    for (at, name) in names.iter().enumerate() {
        let count = 2_000 + at as u64;
        let accepted = name.to_ascii_lowercase().ends_with(".csv");
        let fate = if accepted { Fate::Done(count as i64) } else { Fate::Returned(&[]) };
        all.push(Dropped { name: (*name).into(), make: Make::File(list(count)), fate });
    }
    all.push(Dropped { name: format!("{long}.csv").into(), make: Make::File(list(2_900)), fate: Fate::Done(2_900) });
    all.push(Dropped { name: format!("{}.csv", "x".repeat(251)).into(), make: Make::File(list(2_901)), fate: Fate::Done(2_901) });
}

fn refused(all: &mut Vec<Dropped>) {
    let texts = ["改行\n.csv", "戻る\r.csv", "画面\u{1b}[2J.csv", "鈴\u{7}.csv", "消す\u{7f}.csv", "行\u{2028}.csv"];
    for (at, name) in texts.iter().enumerate() {
        all.push(Dropped {
            name: (*name).into(),
            make: Make::File(list(3_000 + at as u64)),
            fate: Fate::Refused("見えない文字"),
        });
    }
    for (at, name) in ["表\u{202e}vsc.exe", "\u{2066}a\u{2069}.csv", "右\u{200f}.csv"].iter().enumerate() {
        all.push(Dropped {
            name: (*name).into(),
            make: Make::File(list(3_100 + at as u64)),
            fate: Fate::Refused("向きを変える"),
        });
    }
    for bytes in [b"\x8e\x91\x97\xbf.csv".to_vec(), b"\xff\xfe.csv".to_vec(), b"a\xc0\xaf.csv".to_vec()] {
        all.push(Dropped {
            name: OsString::from_vec(bytes), make: Make::File(list(3_200)), fate: Fate::Refused("壊れている")
        });
    }
    for name in [
        "~$台帳.xlsx",
        ".~lock.台帳.ods#",
        "書きかけ.tmp",
        "届く途中.part",
        "届く途中.crdownload",
        ".隠し.csv",
        "Thumbs.db",
        "desktop.ini",
    ] {
        all.push(Dropped { name: name.into(), make: Make::File(list(3_300)), fate: Fate::Ignored });
    }
}

fn kinds(all: &mut Vec<Dropped>) {
    let mut add = |name: &str, make: Make, fate: Fate| all.push(Dropped { name: name.into(), make, fate });
    let link = Fate::Refused("リンク");
    add("秘密へ.csv", Make::Link("/etc/passwd".into()), link.clone());
    add("どこにもない.csv", Make::Link("無い".into()), link.clone());
    add("自分へ.csv", Make::Link("自分へ.csv".into()), link.clone());
    add("果てしない.csv", Make::Link("/dev/zero".into()), link.clone());
    add("受付へ", Make::Link(".".into()), link.clone());
    add("上へ", Make::Link("../..".into()), link);
    add("管.csv", Make::Pipe, Fate::Refused("ふつうのファイルではない"));
    add("口.csv", Make::Socket, Fate::Refused("ふつうのファイルではない"));
    add("二つの名.csv", Make::HardLink(list(3_400)), Fate::Refused("名前が2個"));
    add("読めない.csv", Make::Locked(list(3_500)), Fate::Locked);
    add("空の箱", Make::Folder(Vec::new()), Fate::Waits("空です"));
    let within = Fate::Refused("フォルダーの中の");
    add(
        "リンク入り",
        Make::Folder(vec![("a.csv".into(), Make::File(list(3_600))), ("b.csv".into(), Make::Link("/etc/passwd".into()))]),
        within.clone(),
    );
    add(
        "管入り",
        Make::Folder(vec![("中/a.csv".into(), Make::File(list(3_601))), ("中/p.csv".into(), Make::Pipe)]),
        within.clone(),
    );
    add(
        "輪",
        Make::Folder(vec![("a.csv".into(), Make::File(list(3_602))), ("中/上".into(), Make::Link("..".into()))]),
        within.clone(),
    );
    add("悪い名入り", Make::Folder(vec![("a\u{202e}.csv".into(), Make::File(list(3_603)))]), within);
    add(
        "深い箱",
        Make::Folder(vec![(format!("{}a.csv", "深/".repeat(70)).into(), Make::File(list(3_604)))]),
        Fate::Refused("深すぎます"),
    );
    let many = (0..300).map(|at| (format!("{at:03}.csv").into(), Make::File(list(1)))).collect();
    add("三百の箱", Make::Folder(many), Fate::Done(300));
    let mixed = vec![("a.csv".into(), Make::File(list(3_605))), ("b.xlsx".into(), Make::File(b"PK\x03\x04".to_vec()))];
    add("一つ悪い箱", Make::Folder(mixed), Fate::Returned(&[]));
}
