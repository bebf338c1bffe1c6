//! Ruby: small kana beside a word that say how it is read. They are no part of the sentence.

use super::characters::is_kana;
use super::runs::Run;

/// Ruby is at most this large, in ems of the word.
const LARGEST: f32 = 0.62;

/// How far the middle of ruby stands off the middle of the word, in ems of the word.
const NEAREST: f32 = 0.45;
const FARTHEST: f32 = 1.25;

/// Middles of one line lie this close together, in ems.
const LINE: f32 = 0.3;

/// How far a word may stand aside for its ruby, in ems.
const ASIDE: f32 = 0.6;

/// How a word is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The page, from 1.
    pub page: usize,
    /// The letters that the reading stands beside.
    pub base: String,
    /// The reading, in kana.
    pub reading: String,
}

/// Takes the ruby out of the runs, and gives the readings.
pub(super) fn take(runs: &mut Vec<Run>, page: usize) -> Vec<Reading> {
    let middles: Vec<f32> = runs.iter().map(middle).collect();
    let mut by_middle: Vec<usize> = (0..runs.len()).collect();
    by_middle.sort_by(|&a, &b| middles[a].total_cmp(&middles[b]));
    let largest = runs.iter().map(Run::size).fold(0.0, f32::max);
    let mut taken = vec![false; runs.len()];
    let mut found: Vec<((Reading, f32), Place)> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        if !run.chars().all(|c| is_kana(c) || c == '・' || c == '　') {
            continue;
        }
        let from = by_middle.partition_point(|&other| middles[other] < middles[at]);
        let near = by_middle
            .iter()
            .skip(from)
            .take_while(|&&o| middles[o] - middles[at] <= FARTHEST * largest);
        // A word that carries ruby is in the nearest line below.
        let near: Vec<usize> = near.take(512).copied().collect();
        let beside = |&other: &usize| base(runs, &middles, at, other, Reach::Beside);
        let over = |&other: &usize| base(runs, &middles, at, other, Reach::Over);
        let base = near.iter().find_map(beside).map(|place| {
            let line = middles[place.run] + LINE * runs[place.run].size();
            let line = near.iter().take_while(|&&other| middles[other] <= line);
            line.copied()
                .find_map(|other| over(&other))
                .unwrap_or(place)
        });
        if let Some(place) = base {
            taken[at] = true;
            let letters = &runs[place.run].placed[place.from..place.to];
            let reading = Reading {
                page,
                base: letters.iter().map(|placed| &*placed.text).collect(),
                reading: run.chars().filter(|c| !c.is_whitespace()).collect(),
            };
            found.push(((reading, run.size()), place));
        }
    }
    for (reading, place) in &found {
        align(runs, &middles, &by_middle, place.run);
        runs[place.run].ruby = reading.1;
    }
    let found = found
        .into_iter()
        .map(|((reading, _), place)| (reading, place))
        .collect();
    let mut at = 0;
    runs.retain(|_| {
        at += 1;
        !taken[at - 1]
    });
    joined(found)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    run: usize,
    from: usize,
    to: usize,
}

/// Readings of single letters in a row are those of one word.
fn joined(found: Vec<(Reading, Place)>) -> Vec<Reading> {
    let mut out: Vec<(Reading, Place)> = Vec::new();
    for (reading, place) in found {
        match out.last_mut() {
            Some((last, before)) if before.run == place.run && before.to == place.from => {
                last.base.push_str(&reading.base);
                last.reading.push_str(&reading.reading);
                before.to = place.to;
            }
            _ => out.push((reading, place)),
        }
    }
    out.into_iter().map(|(reading, _)| reading).collect()
}

/// Puts a word of a vertical line on the line of its neighbours: a writer that centres the word with its ruby sets it
/// aside.
fn align(runs: &mut [Run], middles: &[f32], by_middle: &[usize], word: usize) {
    let run = &runs[word];
    if !run.vertical {
        return;
    }
    let (size, middle, frame) = (run.size(), middles[word], run.frame());
    let nearest = ASIDE * size;
    let from = by_middle.partition_point(|&other| middles[other] < middle - nearest);
    let near = by_middle.iter().skip(from).take(512);
    let neighbour = near
        .take_while(|&&other| middles[other] <= middle + nearest)
        .find(|&&n| {
            let (other, place) = (&runs[n], runs[n].frame());
            let gap = (place.a0 - frame.a1).max(frame.a0 - place.a1) / size;
            n != word
                && other.vertical
                && other.course == run.course
                && (other.size() - size).abs() < 0.05 * size
                && (-0.3..0.6).contains(&gap)
        });
    let Some(base) = neighbour.map(|&n| runs[n].base()) else {
        return;
    };
    for placed in &mut runs[word].placed {
        placed.c = base;
    }
}

fn middle(run: &Run) -> f32 {
    let up = if run.vertical { 0.0 } else { 0.38 };
    run.base() - up * run.size()
}

/// Which letters a reading may be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// All that it comes near.
    Beside,
    /// Kana only where it stands over most of them: a reading that is longer than its word leans over the kana beside it.
    Over,
}

impl Reach {
    /// How far outside the reading the middle of a letter may lie, in ems.
    fn outside(self, letter: &str) -> f32 {
        match self == Self::Over && letter.chars().all(is_kana) {
            true => -0.25,
            false => 0.3,
        }
    }
}

/// The letters of another run that this one is the ruby of.
fn base(runs: &[Run], middles: &[f32], ruby: usize, other: usize, reach: Reach) -> Option<Place> {
    let (small, large) = (&runs[ruby], &runs[other]);
    let size = large.size();
    let off = (middles[other] - middles[ruby]) / size;
    if ruby == other
        || small.course != large.course
        || small.vertical != large.vertical
        || small.size() > LARGEST * size
        || !(NEAREST..=FARTHEST).contains(&off)
    {
        return None;
    }
    let frame = small.frame();
    let covered = |n: usize| {
        let letter = &large.placed[n];
        let middle = f32::midpoint(letter.a0, letter.a1);
        let outside = reach.outside(&letter.text) * size;
        middle > frame.a0 - outside && middle < frame.a1 + outside
    };
    let from = (0..large.placed.len()).find(|&n| covered(n))?;
    let to = (from..large.placed.len())
        .find(|&n| !covered(n))
        .unwrap_or(large.placed.len());
    Some(Place {
        run: other,
        from,
        to,
    })
}

#[cfg(test)]
mod tests {
    use super::super::runs::runs;
    use super::super::runs::tests::glyphs;
    use super::*;

    #[test]
    fn ruby_is_taken_out_and_kept_as_a_reading() {
        let mut page = glyphs("吾輩は猫である", (10.0, 50.0), (10.0, 0.0), 10.0);
        page.extend(glyphs("わがはい", (10.0, 41.0), (5.0, 0.0), 5.0));
        let (mut runs, _) = runs(&page, &[]);
        let readings = take(&mut runs, 1);
        assert_eq!(runs.len(), 1);
        assert_eq!(
            readings,
            [Reading {
                page: 1,
                base: "吾輩".into(),
                reading: "わがはい".into()
            }]
        );
    }

    #[test]
    fn a_reading_longer_than_its_word_is_not_that_of_the_kana_beside_it() {
        let line = glyphs("彼の掌の上", (10.0, 50.0), (10.0, 0.0), 10.0);
        let elsewhere = glyphs("図", (10.0, 300.0), (10.0, 0.0), 10.0);
        let reading = glyphs("てのひら", (25.0, 41.0), (5.0, 0.0), 5.0);
        // As one run, and as two: something else was drawn in between.
        let (before, behind) = line.split_at(2);
        for page in [
            [line.as_slice(), &reading].concat(),
            [before, &elsewhere, behind, &reading].concat(),
        ] {
            let (mut runs, _) = runs(&page, &[]);
            let readings = take(&mut runs, 1);
            assert_eq!(readings.len(), 1);
            assert_eq!(readings[0].base, "掌");
        }
        // Dots of emphasis stand over kana.
        let mut page = glyphs("それだけは", (10.0, 50.0), (10.0, 0.0), 10.0);
        page.extend(glyphs("・", (22.5, 41.0), (5.0, 0.0), 5.0));
        let (mut runs, _) = runs(&page, &[]);
        assert_eq!(take(&mut runs, 1)[0].base, "れ");
    }

    #[test]
    fn ruby_of_a_vertical_line_stands_to_its_right() {
        let mut page = glyphs("吾輩は猫である", (100.0, 50.0), (0.0, 10.0), 10.0);
        page.extend(glyphs("わがはい", (110.0, 45.0), (0.0, 5.0), 5.0));
        let (mut runs, _) = runs(&page, &[]);
        let readings = take(&mut runs, 1);
        assert_eq!(readings.len(), 1);
        assert_eq!(readings[0].base, "吾輩");
    }

    #[test]
    fn a_small_line_of_kana_below_is_no_ruby() {
        let mut page = glyphs("吾輩は猫である", (10.0, 50.0), (10.0, 0.0), 10.0);
        page.extend(glyphs("わがはい", (10.0, 60.0), (5.0, 0.0), 5.0));
        let (mut runs, _) = runs(&page, &[]);
        assert!(take(&mut runs, 1).is_empty());
    }

    #[test]
    fn a_word_that_stands_aside_for_its_ruby_is_on_the_line_of_its_neighbours() {
        let mut page = glyphs("これからの", (100.0, 50.0), (0.0, 10.0), 10.0);
        page.extend(glyphs("わたしぶね", (110.0, 99.0), (0.0, 5.0), 5.0));
        page.extend(glyphs("渡し船", (96.0, 100.0), (0.0, 10.0), 10.0));
        let (mut runs, _) = runs(&page, &[]);
        let line = runs[0].base();
        assert_eq!(take(&mut runs, 1).len(), 1);
        let bases: Vec<f32> = runs.iter().map(Run::base).collect();
        assert_eq!(bases, [line, line]);
    }
}
