//! Places for the labels of groups, so that no label lies on another.

/// A label that wants a place, in units of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The middle of the group.
    pub centre: [f32; 2],
    pub width: f32,
    pub height: f32,
}

/// Room between two labels.
const GAP: f32 = 5.0;

/// The middle of each label, or none for a label that found no place. The first wishes choose first.
///
/// A label tries the middle of its group, then places on growing rings around it, up to three and a half heights away:
/// further off, it would seem to name another group. `frame`: left, top, right and bottom of the picture.
pub fn placed(wishes: &[Wish], frame: [f32; 4]) -> Vec<Option<[f32; 2]>> {
    let mut boxes: Vec<[f32; 4]> = Vec::new();
    wishes
        .iter()
        .map(|wish| {
            let place = tries(wish)
                .map(|place| inside(place, wish, frame))
                .find(|&place| {
                    let own = around(place, wish);
                    boxes.iter().all(|other| apart(own, *other))
                })?;
            boxes.push(around(place, wish));
            Some(place)
        })
        .collect()
}

/// Places to try, nearest first.
fn tries(wish: &Wish) -> impl Iterator<Item = [f32; 2]> {
    let Wish {
        centre: [x, y],
        height,
        ..
    } = *wish;
    let rings = (1..=7).flat_map(move |ring| {
        (0..16).map(move |step| {
            // Up and down before left and right: labels are wide.
            let angle = std::f32::consts::FRAC_PI_2 + step as f32 * std::f32::consts::TAU / 16.0;
            let radius = 0.5 * ring as f32 * height;
            [x + 1.6 * radius * angle.cos(), y - radius * angle.sin()]
        })
    });
    std::iter::once([x, y]).chain(rings)
}

/// The nearest place at which the label is inside the frame.
fn inside(place: [f32; 2], wish: &Wish, [left, top, right, bottom]: [f32; 4]) -> [f32; 2] {
    let within = |x: f32, low: f32, high: f32| {
        if low > high {
            (low + high) / 2.0
        } else {
            x.clamp(low, high)
        }
    };
    let (half, tall) = (wish.width / 2.0, wish.height / 2.0);
    [
        within(place[0], left + half, right - half),
        within(place[1], top + tall, bottom - tall),
    ]
}

fn around([x, y]: [f32; 2], wish: &Wish) -> [f32; 4] {
    let (half, tall) = ((wish.width + GAP) / 2.0, (wish.height + GAP) / 2.0);
    [x - half, y - tall, x + half, y + tall]
}

fn apart(a: [f32; 4], b: [f32; 4]) -> bool {
    a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_lies_on_another_or_outside() {
        let wishes: Vec<Wish> = (0..40)
            .map(|i| Wish {
                centre: [(i * 37 % 100) as f32 * 5.0, (i * 53 % 60) as f32 * 5.0],
                width: 90.0,
                height: 18.0,
            })
            .collect();
        let frame = [0.0, 0.0, 500.0, 300.0];
        let found: Vec<[f32; 4]> = placed(&wishes, frame)
            .into_iter()
            .zip(&wishes)
            .filter_map(|(place, wish)| Some(around(place?, wish)))
            .collect();
        assert!(found.len() > 15, "{}", found.len());
        for (number, a) in found.iter().enumerate() {
            assert!(a[0] >= -GAP && a[1] >= -GAP && a[2] <= 500.0 + GAP && a[3] <= 300.0 + GAP);
            assert!(found[..number].iter().all(|b| apart(*a, *b)));
        }
    }

    #[test]
    fn the_first_label_gets_its_place() {
        let wish = Wish {
            centre: [50.0, 50.0],
            width: 40.0,
            height: 10.0,
        };
        let places = placed(&[wish; 3], [0.0, 0.0, 100.0, 100.0]);
        assert_eq!(places[0], Some([50.0, 50.0]));
        assert!(places[1].is_some());
        assert_eq!(
            placed(
                &[Wish {
                    width: 400.0,
                    ..wish
                }],
                [0.0, 0.0, 100.0, 100.0]
            ),
            [Some([50.0, 50.0])]
        );
    }
}
