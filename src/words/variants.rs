//! Characters of Chinese and Japanese that are written in more than one form, as one.
//!
//! Only where both forms are one character in everyday use: `國` and `国`, `髙` and `高`. Forms that Unicode
//! itself maps (`神`) are equal already. Characters that are merely alike (`斎` and `斉`) stay apart.

/// Old forms of the list of characters for general use (常用漢字表, 2010).
const OLD: &str = "\
    乘乗 亂乱 亞亜 佛仏 來来 倂併 假仮 傳伝 僞偽 價価 儉倹 兒児 兩両 \
    剩剰 劍剣 劑剤 勞労 勳勲 勵励 勸勧 區区 卷巻 卽即 參参 單単 嚴厳 \
    囑嘱 圈圏 國国 圍囲 圓円 圖図 團団 增増 墮堕 壓圧 壘塁 壞壊 壤壌 \
    壯壮 壹壱 壽寿 奧奥 奬奨 孃嬢 學学 寢寝 實実 寫写 寬寛 寶宝 將将 \
    專専 對対 屆届 屬属 峽峡 嶽岳 巢巣 帶帯 廢廃 廣広 廳庁 彈弾 彌弥 \
    徑径 從従 徵徴 德徳 恆恒 惠恵 惡悪 惱悩 愼慎 慘惨 應応 懷懐 戀恋 \
    戰戦 戲戯 戾戻 拂払 拔抜 拜拝 挾挟 插挿 揭掲 搖揺 搜捜 擇択 擊撃 \
    擔担 據拠 擧挙 擴拡 攝摂 收収 效効 敍叙 敕勅 數数 斷断 晚晩 晝昼 \
    曆暦 曉暁 曾曽 會会 條条 棧桟 榮栄 槪概 樂楽 樓楼 樞枢 樣様 橫横 \
    檢検 櫻桜 權権 歐欧 歡歓 步歩 歷歴 歸帰 殘残 殼殻 毆殴 每毎 氣気 \
    涉渉 淚涙 淨浄 淺浅 渴渇 溪渓 溫温 滯滞 滿満 潛潜 澁渋 澤沢 濕湿 \
    濟済 濱浜 瀧滝 瀨瀬 灣湾 燈灯 燒焼 營営 爐炉 爭争 爲為 犧犠 狀状 \
    狹狭 獨独 獵猟 獸獣 獻献 瓣弁 甁瓶 畫画 當当 疊畳 瘦痩 癡痴 發発 \
    盜盗 盡尽 眞真 硏研 碎砕 祕秘 禪禅 禮礼 稱称 稻稲 穗穂 穩穏 竊窃 \
    竝並 粹粋 絲糸 經経 綠緑 緖緒 緣縁 縣県 縱縦 總総 繩縄 繪絵 繼継 \
    續続 纖繊 缺欠 罐缶 聲声 聽聴 肅粛 腦脳 膽胆 臟臓 臺台 與与 舊旧 \
    艷艶 莊荘 莖茎 萬万 薰薫 藏蔵 藝芸 藥薬 處処 虛虚 號号 螢蛍 蟲虫 \
    蠶蚕 蠻蛮 衞衛 裝装 襃褒 覺覚 覽覧 觀観 觸触 謠謡 證証 譯訳 譽誉 \
    讀読 變変 讓譲 豐豊 豫予 貳弐 賣売 賴頼 贊賛 踐践 輕軽 轉転 辨弁 \
    辭辞 辯弁 遞逓 遲遅 邊辺 郞郎 鄕郷 醉酔 醫医 釀醸 釋釈 錄録 錢銭 \
    鍊錬 鎭鎮 鐵鉄 鑄鋳 鑛鉱 關関 陷陥 隨随 險険 隱隠 雙双 雜雑 霸覇 \
    靈霊 靜静 顯顕 飜翻 餘余 騷騒 驅駆 驗験 驛駅 髓髄 體体 髮髪 鬭闘 \
    鷄鶏 鹽塩 麥麦 麵麺 黃黄 黑黒 默黙 點点 黨党 齊斉 齋斎 齒歯 齡齢 \
    龍竜";

/// Forms that may stand in names besides the usual ones (人名用漢字別表; Unihan's `kJinmeiyoKanji`), and
/// forms that families and places really write.
const NAMES: &str = "\
    亙亘 冨富 凉涼 凜凛 埜野 堯尭 峯峰 嶋島 巖巌 晄晃 槇槙 檜桧 盃杯 \
    祿禄 禰祢 禱祷 穰穣 萠萌 薗園 遙遥 駈駆 髙高 﨑崎 嵜崎 濵浜 邉辺 \
    槗橋 栁柳 曻昇 嶌島 桒桑 寳宝 渕淵 渊淵 舘館 籏旗 翆翠 逹達 惪徳 \
    冝宜 𠮷吉 𠮟叱 𡈽土 𣘺橋";

/// Forms that JIS X 0208 and 0213, fonts and Chinese standards draw and encode another way (OpenCC's
/// `JPShinjitaiCharacters`).
const PRINT: &str = "\
    俠侠 俱倶 兔兎 內内 剎刹 卻却 吳呉 啞唖 噓嘘 嚙噛 填塡 姊姉 姬姫 \
    廁厠 彎弯 彥彦 悅悦 戶戸 搔掻 摑掴 攪撹 敘叙 晉晋 暨曁 查査 榆楡 \
    歲歳 污汚 沒没 溼湿 潑溌 澀渋 濤涛 濾沪 獎奨 產産 痹痺 皋皐 稅税 \
    穎頴 竈竃 糉粽 絕絶 繡繍 羣群 聰聡 脫脱 腳脚 舉挙 舍舎 荔茘 萊莱 \
    蔣蒋 蔥葱 蘆芦 蟬蝉 蠟蝋 說説 貓猫 贗贋 輛輌 鄉郷 醬醤 醱醗 銳鋭 \
    閱閲 雞鶏 顏顔 餠餅 鱉鼈 鷗鴎 鹼鹸 麪麺 麴麹 龜亀 剝剥 頰頬 吞呑 \
    姸妍 屛屏 幷并 繋繫 囊嚢 屢屡 瀆涜 簞箪 軀躯 顚顛 驒騨 靱靭 篭籠 \
    壷壺 薮藪 迩邇 頚頸 鈎鉤 諌諫 鯵鰺 賎賤 侭儘 梼檮 潅灌 蝿蠅 蛎蠣 \
    砺礪 桝枡 淸清 靑青 敎教 昻昂 緫総";

/// First and one more than the last character of the table.
const FIRST: usize = 0x4e00;
const END: usize = 0xa000;

/// The usual form of every character from [`FIRST`] on; 0 where it is that already.
static USUAL: [u16; END - FIRST] = {
    let mut table = [0; END - FIRST];
    enter(&mut table, OLD.as_bytes());
    enter(&mut table, NAMES.as_bytes());
    enter(&mut table, PRINT.as_bytes());
    table
};

/// Enters pairs of UTF-8 that are parted by blanks. What lies outside the table is in [`usual`].
const fn enter(table: &mut [u16; END - FIRST], pairs: &[u8]) {
    let mut at = 0;
    while at < pairs.len() {
        let (from, middle) = decode(pairs, at);
        let (to, end) = decode(pairs, middle);
        if from >= FIRST && from < END && to < END {
            table[from - FIRST] = to as u16;
        }
        at = end + 1;
    }
}

/// The character of three or four bytes that begins at a place, and where it ends.
const fn decode(bytes: &[u8], at: usize) -> (usize, usize) {
    let first = bytes[at] as usize;
    let low = ((bytes[at + 1] & 0x3f) as usize) << 6 | (bytes[at + 2] & 0x3f) as usize;
    if first < 0xf0 {
        ((first & 0x0f) << 12 | low, at + 3)
    } else {
        let more = (bytes[at + 3] & 0x3f) as usize;
        (((first & 0x07) << 12 | low) << 6 | more, at + 4)
    }
}

/// A character as it is usually written.
#[inline]
pub fn usual(c: char) -> char {
    match c as usize {
        code @ FIRST..END => match USUAL[code - FIRST] {
            0 => c,
            usual => char::from_u32(u32::from(usual)).unwrap_or(c),
        },
        0xfa11 => '崎',
        0x20b9f => '叱',
        0x20bb7 => '吉',
        0x2123d => '土',
        0x2363a => '橋',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, OLD, PRINT, usual};

    #[test]
    fn every_pair_is_one_character() {
        let mut count = 0;
        for pair in [OLD, NAMES, PRINT]
            .iter()
            .flat_map(|pairs| pairs.split(' '))
        {
            let chars: Vec<char> = pair.chars().collect();
            let [from, to] = chars[..] else {
                panic!("{pair}")
            };
            assert_eq!(usual(from), to, "{pair}");
            assert_eq!(usual(to), to, "{pair}");
            count += 1;
        }
        assert_eq!(count, 455);
        assert_eq!(usual('斉'), '斉');
        assert_eq!(usual('か'), 'か');
    }
}
