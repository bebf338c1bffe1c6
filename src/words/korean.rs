//! Korean words: a noun carries its particles without a space.

/// What may stand between a noun and its first particle: plural and titles.
const SUFFIXES: &[&str] = &["님들", "분들", "씨들", "들", "님", "분", "씨", "쯤"];

/// Particles and forms of the copula, in any order and number that one word bears.
const PARTICLES: &[&str] = &[
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "로",
    "와",
    "과",
    "도",
    "만",
    "나",
    "야",
    "여",
    "아",
    "랑",
    "께",
    "뿐",
    "씩",
    "라",
    "란",
    "요",
    "든",
    "인",
    "임",
    "일",
    "에서",
    "에게",
    "한테",
    "께서",
    "으로",
    "로서",
    "로써",
    "으로서",
    "으로써",
    "부터",
    "까지",
    "마저",
    "조차",
    "처럼",
    "같이",
    "보다",
    "마다",
    "밖에",
    "대로",
    "만큼",
    "이나",
    "이라",
    "이란",
    "이랑",
    "이며",
    "이고",
    "이든",
    "든지",
    "이든지",
    "라도",
    "이라도",
    "라고",
    "이라고",
    "라는",
    "이라는",
    "라면",
    "이라면",
    "하고",
    "커녕",
    "이다",
    "입니다",
    "이었다",
    "였다",
    "이던",
    "이었던",
    "인데",
    "이지만",
    "이에요",
    "예요",
    "이야",
];

/// Syllables that are tried as particles: no word has more.
const LONGEST: usize = 8;

/// Whether the rest of a word is nothing but what a noun carries; an empty rest is.
pub fn is_tail(rest: &[char]) -> bool {
    if rest.len() > LONGEST {
        return false;
    }
    let starts = |rest: &[char], word: &str| {
        rest.iter()
            .copied()
            .take(word.chars().count())
            .eq(word.chars())
    };
    // Which syllables of the rest particles can end before.
    let mut ends = [false; LONGEST + 1];
    ends[0] = true;
    if let Some(suffix) = SUFFIXES.iter().find(|suffix| starts(rest, suffix)) {
        ends[suffix.chars().count()] = true;
    }
    for at in 0..rest.len() {
        if !ends[at] {
            continue;
        }
        for particle in PARTICLES
            .iter()
            .filter(|particle| starts(&rest[at..], particle))
        {
            ends[at + particle.chars().count()] = true;
        }
    }
    ends[rest.len()]
}

/// How many syllables of a word are its noun: what is left where the longest tail is taken off, but at
/// least two, or one where the word has no other reading.
pub fn stem(word: &[char]) -> usize {
    let shortest = word.len().saturating_sub(LONGEST).max(1);
    let mut stems = (shortest..word.len()).filter(|stem| is_tail(&word[*stem..]));
    match stems.next() {
        // `바나나` is no `바` with particles, `고양이` no `고`.
        Some(1) if word.len() > 2 => stems.next().unwrap_or(1),
        Some(stem) => stem,
        None => word.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_tail, stem};

    #[test]
    fn nouns_and_what_they_carry() {
        for (noun, tail) in [
            ("부산", ""),
            ("부산", "에서는"),
            ("학교", "로부터"),
            ("선생", "님들께서"),
            ("도서관", "까지만"),
            ("물", "이"),
            ("친구", "들에게도"),
            ("의사", "였다"),
        ] {
            let chars: Vec<char> = tail.chars().collect();
            assert!(is_tail(&chars), "{noun} {tail}");
            let word: Vec<char> = noun.chars().chain(tail.chars()).collect();
            assert_eq!(stem(&word), noun.chars().count(), "{noun} {tail}");
        }
        for tail in ["대학교", "역", "시청", "특별시는", "이이이이이이이이이이"]
        {
            assert!(!is_tail(&tail.chars().collect::<Vec<_>>()), "{tail}");
        }
    }
}
