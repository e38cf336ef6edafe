//! What is wrong with a template, in Japanese.

use book::{ImageTrouble, TemplateTrouble};

use crate::Telling;

const TO_SPECIALIST: &str = "業務の担当者に知らせてください。";

pub(crate) fn trouble(trouble: &TemplateTrouble) -> Telling {
    match trouble {
        TemplateTrouble::NoValue { mark, near: Some(near) } => Telling::new(
            format!("差込口「{mark}」に入れるものがありません。よく似た名前「{near}」があります。"),
            format!("様式の「{mark}」かスクリプトの名前を合わせてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::NoValue { mark, near: None } => Telling::new(
            format!("差込口「{mark}」に入れるものがありません。"),
            format!("様式から差込口を消すか、スクリプトで値を入れてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::Unused { name } => Telling::new(
            format!("「{name}」の差込口が、様式にありません。"),
            format!("様式に{{{{{name}}}}}と書くか、スクリプトから外してください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::Open { text } => Telling::new(
            format!("差込口「{{{{{text}」が閉じられていません。"),
            format!("「}}}}」で閉じてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::NoMark { text } => Telling::new(
            format!("「{{{{{text}}}}}」は差込口として読めません。"),
            format!("書き方を直してください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::Unclosed { name } => Telling::new(
            format!("「{name}」の繰り返しか条件が、閉じられていません。"),
            format!("終わりの行に{{{{/{name}}}}}と書いてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::NeverOpened { name } => Telling::new(
            format!("{{{{/{name}}}}}がありますが、始まりがありません。"),
            format!("始まりの行に{{{{#{name}}}}}と書いてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::SharedRow { name, other } => Telling::new(
            format!("「{name}」と「{other}」の繰り返しが、同じ行にあります。"),
            format!("行は丸ごと繰り返すので、別の行に分けてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::NotAList { name } => Telling::new(
            format!("「{name}」は繰り返しですが、表でも配列でもないものが入れられました。"),
            format!("表か、対応の配列を入れてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::NoRecords { name } => Telling::new(
            format!("「{name}」が1件もないので、シートを作れません。"),
            format!("1件もないときは差し込まないように、スクリプトを直してください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::NotAValue { name } => Telling::new(
            format!("差込口「{name}」は1つの値を入れる所ですが、表か配列が入れられました。"),
            format!("繰り返しにするなら{{{{#…}}}}を、番号で選ぶなら「@1」を使ってください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::ImageAsValue { name } => Telling::new(
            format!("「{name}」は画像ですが、差込口は文字や数を入れる書き方です。"),
            format!("様式に{{{{画像:{name}}}}}と書いてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::NotAnImage { name } => Telling::new(
            format!("差込口「画像:{name}」に、画像でないものが入れられました。"),
            format!("スクリプトで画像(…)を使って渡してください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::ImageAmongText { name } => Telling::new(
            format!("画像の差込口「{name}」が、ほかの文字や差込口と同じセルにあります。"),
            format!("画像の差込口だけのセルに分けてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::NoRoom { name } => Telling::new(
            format!("画像「{name}」を置くセルが、隠れているか小さすぎます。"),
            format!("行と列を表示し、広げてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::TooMany { name, places, given } => Telling::new(
            format!("「{name}」は{given}個ありますが、様式の欄は{places}個です。"),
            format!("様式に「{name}@{}」までの欄を加えてください。{TO_SPECIALIST}", given),
        ),
        TemplateTrouble::TooManyRows => Telling::new(
            "差し込むと、シートの行の上限（1,048,576行）を超えます。",
            format!("件数を分けてください。{TO_SPECIALIST}"),
        ),
        TemplateTrouble::Refused(error) => super::edit::refused(error),
    }
}

pub(crate) fn image(trouble: &ImageTrouble) -> Telling {
    let again = "写真や印影をPNGかJPEGで保存し直して、もう一度入れてください。";
    match trouble {
        ImageTrouble::Foreign { format: Some("HEIC") } => Telling::new(
            "HEICの写真は、Excelのブックに入れられません。",
            "iPhoneなどの写真です。JPEGに変えて保存し（「写真」アプリやペイントで開いて「名前を付けて保存」）、もう一度入れてください。",
        ),
        ImageTrouble::Foreign { format: Some(format) } => Telling::new(format!("PNGやJPEGの画像ではなく、{format}です。"), again),
        ImageTrouble::Foreign { format: None } => Telling::new("PNGやJPEGの画像ではありません。", again),
        ImageTrouble::Damaged => Telling::new(
            "画像が途中で切れているか、壊れています。",
            "元の画像を開けるか確かめ、コピーし直して、もう一度入れてください。",
        ),
        ImageTrouble::TooLarge { bytes, limit } => Telling::new(
            format!("画像が大きすぎます（{}MB、上限{}MB）。", bytes >> 20, limit >> 20),
            "縮小して保存し、もう一度入れてください。",
        ),
        ImageTrouble::TooManyDots { width, height, side } => Telling::new(
            format!("画像が大きすぎます（{width}×{height}ドット。一辺{side}ドット、全体で1億ドットまで）。"),
            "縮小して保存し、もう一度入れてください。",
        ),
    }
}

pub(crate) fn turned() -> Telling {
    Telling::new(
        "カメラを傾けて撮った写真なので、ブックの中では横倒しや逆さまになることがあります。",
        "「ペイント」などで正しい向きに回して保存し直すと、向きがそろいます。",
    )
}
