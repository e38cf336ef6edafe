//! Variant kanji: spellings that may be the same name, to be reported (表記ゆれ), never merged.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::width::match_key;

/// Each word is one group: the usual form first, its variants behind it.
const GROUPS: &str = "高髙 崎﨑嵜碕 辺邊邉 浜濱濵 斎齋斉齊斊 吉𠮷 沢澤 桜櫻 広廣 国國圀 島嶋嶌 富冨 恵惠 真眞 徳德 滝瀧 竜龍 関關 栄榮 柳栁桺 峰峯 館舘 曽曾 条條 静靜 清淸 青靑 黒黑 \
    緑綠 郎郞 朗朖 橋槗 藤籐 鉄鐵銕 宝寶寳 実實 寿壽 与與 予豫 万萬 円圓 会會 学學斈 礼禮 鶴靏鸖靍 鴎鷗 桧檜 頼賴 瀬瀨 来來 稲稻 巌巖 岳嶽 壱壹 弐貳 参參 将將 穂穗 \
    総總 蔵藏 処處 戸戶 呂吕 内內 亀龜 亜亞 悪惡 衛衞 園薗 奥奧 応應 温溫 仮假 価價 絵繪 覚覺 楽樂 巻卷 歓歡 観觀 気氣 帰歸 旧舊 挙擧 強强 教敎 郷鄕鄉 尭堯 暁曉 \
    勲勳 薫薰 群羣 芸藝 渓溪 経經 継繼 鶏鷄 県縣 検檢 剣劍劔剱釼 顕顯 権權 厳嚴 効效 晃晄 皐皋 児兒 糸絲 辞辭 弥彌 収收 従從 渋澁 縦縱 粛肅 叙敍 焼燒 証證 乗乘 浄淨 \
    嬢孃 譲讓 醸釀 図圖 粋粹 数數 声聲 摂攝 専專 戦戰 浅淺 銭錢 双雙 壮壯 荘莊 装裝 続續 属屬 体體 対對 台臺 択擇 単單 団團 断斷 遅遲 昼晝 虫蟲 鋳鑄 庁廳 聴聽 鎮鎭 \
    点點 転轉 伝傳 灯燈 当當 党黨 独獨 届屆 読讀 祢禰 野埜 拝拜 売賣 麦麥 発發 抜拔 姫姬 瓶甁 並竝 変變 弁辯瓣辨 豊豐 槙槇 松枩 満滿 麺麵 黙默 訳譯 薬藥 誉譽 揺搖 \
    様樣 謡謠 遥遙 瑶瑤 覧覽 凛凜 涼凉 霊靈 励勵 暦曆 歴歷 恋戀 労勞 禄祿 録錄 湾灣 侠俠 尽盡 昂昻 晋晉 梅楳 杉杦 兎兔菟 函凾 刈苅 卯夘 厩廐廏 哲喆 喜㐂 回囘 塩鹽 \
    壺壷 多夛 姉姊 宮宫 寛寬 峡峽 巣巢 帯帶 年秊 庵菴 徴徵 恒恆 悦悅 慎愼 戯戲 拡擴 枡桝 柏栢 桑桒 横橫 歩步 毎每 氷冰 沖冲 為爲 爾尓 状狀 猫貓 産產 略畧 痩瘦 砕碎 \
    研硏 秋秌穐 称稱 穏穩 窓窻 縁緣 縄繩 繋繫 聡聰 胆膽 脳腦 舎舍 船舩 芦蘆 蒋蔣 薮藪 虎乕 蛍螢 蝉蟬 裏裡 覇霸 触觸 説說 諌諫 讃讚 軽輕 醤醬 釈釋 鈎鉤 鉱鑛 鋭銳 \
    間閒 閲閱 闘鬪鬭 陥陷 随隨 隠隱 隣鄰 雁鴈 雑雜 頬頰 穎頴 顔顏 駅驛 駆驅 騒騷 験驗 髄髓 麹麴 黄黃 齢齡 歯齒 土圡 祇祗 彦彥 増增 即卽 既旣 概槪 翠翆 秘祕 蕊蘂 \
    襖袄 鎌鐮 飲飮 餅餠 鰺鯵 鳳鳯 ケヶ カヵ イヰ エヱ ゑえ ゐい";

static USUAL: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut usual = HashMap::new();
    for group in GROUPS.split(' ') {
        let mut forms = group.chars();
        let first = forms.next().unwrap_or(' ');
        // A compatibility ideograph already has its usual form in the match key.
        usual.extend(forms.filter(|form| *form != first).map(|form| (form, first)));
    }
    usual
});

/// The usual form of a kanji that is a variant of one; the character itself otherwise.
pub fn usual_kanji(c: char) -> char {
    // The first variant in the groups is ゐ; everything below is as it is.
    if c < 'ぁ' { c } else { USUAL.get(&c).copied().unwrap_or(c) }
}

/// The match key with variant kanji in their usual form and without variation selectors. Two texts whose match keys differ and whose
/// variant keys do not are spelled differently and may be the same: a person decides.
pub fn variant_key(text: &str) -> String {
    let key = match_key(text);
    let usual: String = key.chars().filter(|c| !matches!(c, '\u{E0100}'..='\u{E01EF}')).map(usual_kanji).collect();
    // ヶ has no voiced form and ケ has: what came together composes.
    match_key(&usual).into_owned()
}

/// Whether two texts are the same but for variant kanji.
pub fn spelling_varies(a: &str, b: &str) -> bool {
    match_key(a) != match_key(b) && variant_key(a) == variant_key(b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn variants_share_a_key_but_not_a_match_key() {
        for (a, b) in [
            ("髙見", "高見"),
            ("山﨑", "山崎"),
            ("渡邊", "渡辺"),
            ("渡邉", "渡邊"),
            ("濵田", "浜田"),
            ("濱田", "濵田"),
            ("斎藤", "齋藤"),
            ("斉藤", "齊藤"),
            ("斉藤", "斎藤"),
            ("𠮷田", "吉田"),
            ("廣澤", "広沢"),
            ("葛\u{E0100}西", "葛西"),
            ("霞ヶ浦", "霞ケ浦"),
        ] {
            assert!(spelling_varies(a, b), "{a} {b}");
        }
        assert!(!spelling_varies("山田", "川田"));
        assert!(!spelling_varies("山田", "山田"));
        assert!(!spelling_varies("ヤマダ", "ﾔﾏﾀﾞ"));
        assert!(!spelling_varies("神戸", "\u{FA19}戸"));
    }

    #[test]
    fn usual_forms_are_usual() {
        for usual in USUAL.values() {
            assert_eq!(usual_kanji(*usual), *usual, "{usual}");
        }
        assert!(USUAL.keys().all(|form| *form >= 'ぁ'));
    }

    proptest! {
        #![proptest_config(crate::laws())]

        #[test]
        fn a_variant_key_is_its_own_key(text in r"[高髙邊邉斉齋𠮷ヶケカ\-－ーア \x{E0100}か゛]{0,16}") {
            let key = variant_key(&text);
            prop_assert_eq!(variant_key(&key), key);
        }
    }
}
