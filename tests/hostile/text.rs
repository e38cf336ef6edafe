//! Files that are no workbooks though they say so, and lists of text that are not as they should be.

use super::{Dropped, Fate, Make, file};

const TOLD: Fate = Fate::Returned(&[]);
const FOREIGN: Fate = Fate::Returned(&[
    "表のファイルではなく",
    "Excelのファイルでも",
    "壊れている",
    "文字コード",
    "見出しが見つかりません",
    "空です",
    "途中で切れています",
]);

/// Another kind of file under the name of a workbook, and bad lists.
pub fn all() -> Vec<Dropped> {
    let mut all = Vec::new();
    foreign(&mut all);
    lists(&mut all);
    long(&mut all);
    all
}

fn foreign(all: &mut Vec<Dropped>) {
    let noise: Vec<u8> = (0..40_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cases: [(&str, &[u8]); 20] = [
        ("空.xlsx", b""),
        ("空.csv", b""),
        ("一文字.xlsx", b"P"),
        ("頭だけ.xlsx", b"PK\x03\x04"),
        ("ゼロ.xlsx", &[0; 5_000]),
        ("雑音.xlsx", &noise),
        ("雑音.xls", &noise[1..]),
        ("雑音.csv", &noise[2..]),
        ("文書.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
        ("写真.xlsx", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01"),
        ("網頁.xls", b"<html><meta charset=utf-8><table><tr><td>\xe8\xaa\xb2</td></tr></table></html>"),
        ("網頁2.xlsx", b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"),
        ("昔のXML.xls", b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>"),
        ("便り.xls", b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x--"),
        ("文章.xlsx", b"{\\rtf1\\ansi hello}"),
        ("実行.xlsx", b"\x7fELF\x02\x01\x01\0"),
        ("実行.csv", b"MZ\x90\0\x03\0\0\0"),
        ("圧縮.xlsx", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
        ("帳簿.xlsx", b"SQLite format 3\0\x10\0\x01\x01"),
        ("七.xlsx", b"7z\xbc\xaf\x27\x1c\0\x04"),
    ];
    all.extend(cases.iter().map(|(name, bytes)| file(name, bytes.to_vec(), FOREIGN)));
    let container = |tail: usize| {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.extend((0..tail as u32).map(|n| (n.wrapping_mul(40_503) >> 7) as u8));
        bytes
    };
    all.push(file("壊れた昔の表.xls", container(30_000), TOLD));
    all.push(file("壊れた入れ物.xlsx", container(504), TOLD));
    all.push(file("昔の表の頭.xls", b"\x09\x08\x10\0\0\x06\x05\0\xbb\x0d".to_vec(), TOLD));
    let locked = include_bytes!("../../samples/test-statistics/broken-password/in/日報/桑名保健所.xlsx");
    all.push(file("鍵付き.xlsx", locked.to_vec(), Fate::Returned(&["パスワード"])));
    let script = "#!/bin/sh\ntouch /tmp/jitan-was-here\n課,件数\n";
    all.push(Dropped { name: "命令.csv".into(), make: Make::Program(script.into()), fate: Fate::Any });
}

fn lists(all: &mut Vec<Dropped>) {
    let cases: [(&str, String, Fate); 21] = [
        ("見出しだけ.csv", "課,件数\n".into(), Fate::Any),
        ("空の行だけ.csv", "\n\n\n,\n".into(), TOLD),
        ("負の数.csv", "課,件数\n財務課,-5\n".into(), Fate::NeverWrong(-5)),
        ("大きな数.csv", "課,件数\n財務課,99999999999999999999999\n".into(), TOLD),
        ("指数.csv", "課,件数\n財務課,1e400\n".into(), TOLD),
        ("十六進.csv", "課,件数\n財務課,0xff\n".into(), TOLD),
        ("小数.csv", "課,件数\n財務課,3.7\n".into(), TOLD),
        ("桁が百万.csv", format!("課,件数\n財務課,{}\n", "9".repeat(1_000_000)), TOLD),
        ("閉じない引用.csv", "課,件数\n\"財務課,971\n".into(), TOLD),
        ("列が足りない.csv", "課,件数\n財務課\n".into(), TOLD),
        ("列が多い.csv", "課,件数\n財務課,972,9,9,9\n".into(), Fate::Any),
        ("見出しが二度.csv", "課,件数,件数\n財務課,1,973\n".into(), Fate::Any),
        ("見出しがない.csv", "財務課,974\n".into(), TOLD),
        ("攻撃する値.csv", "課,件数\n=cmd|'/C calc'!A0,975\n".into(), Fate::Done(975)),
        ("攻撃する値2.csv", "課,件数\n\"@SUM(1+9)*cmd|' /C calc'!A0\",976\n".into(), Fate::Done(976)),
        ("網頁の値.csv", "課,件数\n<script>alert(1)</script>,977\n".into(), Fate::Done(977)),
        ("画面を操る値.csv", "課,件数\n\x1b[2J\x1b]0;x\x07,978\n".into(), Fate::Any),
        ("向きを変える値.csv", "課,件数\n\u{202e}課務財,979\n".into(), Fate::Done(979)),
        ("書式の値.csv", "課,件数\n%s%n%x{{}}$(id)`id`,980\n".into(), Fate::Done(980)),
        ("改行が混ざる.csv", "課,件数\r財務課,981\r\n総務課,0\n".into(), Fate::Any),
        ("印が二つ.csv", "\u{feff}\u{feff}課,件数\n財務課,982\n".into(), Fate::Any),
    ];
    all.extend(cases.into_iter().map(|(name, text, fate)| file(name, text.into_bytes(), fate)));
    all.push(file("ゼロが混ざる.csv", b"\xe8\xaa\xb2,\xe4\xbb\xb6\xe6\x95\xb0\n\0\0\0,983\n".to_vec(), Fate::Any));
    let (half, _, _) = encoding_rs::SHIFT_JIS.encode("課,件数\n財務課,984\n表");
    all.push(file("半分の文字.csv", half[..half.len() - 1].to_vec(), Fate::Any));
    let wide: Vec<u8> = "課,件数\n財務課,985\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    all.push(file("二バイト.csv", [vec![0xff, 0xfe], wide.clone()].concat(), Fate::Any));
    all.push(file("奇数の二バイト.csv", [vec![0xff, 0xfe], wide, vec![0]].concat(), Fate::Any));
}

fn long(all: &mut Vec<Dropped>) {
    all.push(file("一行が長い.csv", format!("課,件数\n{},991\n", "長".repeat(6 << 20)).into_bytes(), Fate::Any));
    all.push(file("列が百万.csv", format!("課,件数{}\n財務課,992\n", ",x".repeat(1_000_000)).into_bytes(), Fate::Any));
    all.push(file("引用が長い.csv", format!("課,件数\n\"{}\",993\n", "a\n".repeat(4 << 20)).into_bytes(), Fate::Any));
    all.push(file("行が百万.csv", format!("課,件数\n{}", "財務課,1\n".repeat(1_000_000)).into_bytes(), Fate::Done(1_000_000)));
    // A gigabyte of nothing takes no room on the disk.
    all.push(Dropped {
        name: "一ギガ.csv".into(), make: Make::Sparse(1 << 30), fate: Fate::Returned(&["大きすぎます"])
    });
    all.push(Dropped {
        name: "一ギガ.xlsx".into(), make: Make::Sparse(1 << 30), fate: Fate::Returned(&["大きすぎます"])
    });
}
