//! Colours of groups and of values.

/// A colour on a light and on a dark ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone {
    pub light: &'static str,
    pub dark: &'static str,
}

/// Colours that stay apart for people who do not tell red from green: those of Okabe and Ito ("Color universal design",
/// 2008) and of Paul Tol ("Colour schemes", 2021), darker on white and lighter on black until they stand out.
pub const TONES: [Tone; 10] = [
    Tone {
        light: "#0072b2",
        dark: "#56b4e9",
    },
    Tone {
        light: "#d55e00",
        dark: "#f28a4b",
    },
    Tone {
        light: "#117733",
        dark: "#4dbd74",
    },
    Tone {
        light: "#aa4499",
        dark: "#d88fcd",
    },
    Tone {
        light: "#b58900",
        dark: "#e9cf5a",
    },
    Tone {
        light: "#332288",
        dark: "#9a8ff0",
    },
    Tone {
        light: "#2aa198",
        dark: "#66d9c8",
    },
    Tone {
        light: "#882255",
        dark: "#c9618f",
    },
    Tone {
        light: "#7d7d1e",
        dark: "#b8b85a",
    },
    Tone {
        light: "#cc6677",
        dark: "#eda3ad",
    },
];

/// Points that belong to no group.
pub const GREY: Tone = Tone {
    light: "#9aa0a6",
    dark: "#6b7075",
};

/// The tone of each group, as a place in [`TONES`]. There may be more groups than tones: then a group takes the tone whose
/// other groups are furthest away.
///
/// `centres`: the middle of each group on the map, in the order in which groups choose: the largest first.
pub fn tones(centres: &[[f32; 2]]) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::with_capacity(centres.len());
    for (group, centre) in centres.iter().enumerate() {
        let distance = |tone: usize| {
            let others = chosen
                .iter()
                .zip(centres)
                .filter(|&(&other, _)| other == tone);
            others
                .map(|(_, [x, y])| (x - centre[0]).hypot(y - centre[1]))
                .fold(f32::INFINITY, f32::min)
        };
        let free = (group < TONES.len()).then_some(group);
        let best = free.unwrap_or_else(|| {
            (1..TONES.len()).fold(0, |best, tone| {
                if distance(tone) > distance(best) {
                    tone
                } else {
                    best
                }
            })
        });
        chosen.push(best);
    }
    chosen
}

/// Steps of [`viridis`].
pub const LEVELS: usize = 64;

/// Red, green and blue of a step below [`LEVELS`] on the viridis scale (Smith, van der Walt, 2015), by the polynomials of
/// degree 6 that Matt Zucker fitted to it. Equal steps look equally far apart, in grey and to colour-blind people too.
pub fn viridis(level: usize) -> [u8; 3] {
    const TERMS: [[f64; 3]; 7] = [
        [0.277_727_327, 0.005_407_345, 0.334_099_805],
        [0.105_093_043, 1.404_613_530, 1.384_590_163],
        [-0.330_861_829, 0.214_847_559, 0.095_095_163],
        [-4.634_230_499, -5.799_100_973, -19.332_440_956],
        [6.228_269_936, 14.179_933_367, 56.690_552_601],
        [4.776_384_998, -13.745_145_378, -65.353_032_633],
        [-5.435_455_856, 4.645_852_612, 26.312_435_250],
    ];
    let place = level.min(LEVELS - 1) as f64 / (LEVELS - 1) as f64;
    std::array::from_fn(|channel| {
        let value = TERMS
            .iter()
            .rev()
            .fold(0.0, |sum, term| sum * place + term[channel]);
        (value.clamp(0.0, 1.0) * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middle_are_those_of_viridis() {
        for (level, expected) in [
            (0, [0x44, 0x01, 0x54]),
            (31, [0x21, 0x90, 0x8c]),
            (63, [0xfd, 0xe7, 0x25]),
        ] {
            for (ours, theirs) in viridis(level).into_iter().zip(expected) {
                assert!(
                    (i32::from(ours) - theirs).abs() <= 5,
                    "{level}: {:?}",
                    viridis(level)
                );
            }
        }
    }

    #[test]
    fn groups_of_one_tone_are_far_apart() {
        let centres: Vec<[f32; 2]> = (0..20)
            .map(|i| [(i % 10) as f32, (i / 10) as f32])
            .collect();
        let tones = tones(&centres);
        assert_eq!(tones[..10], (0..10).collect::<Vec<_>>());
        for (group, tone) in tones.iter().enumerate().skip(10) {
            assert_ne!(*tone, group % 10, "the group right above has this tone");
        }
    }
}
