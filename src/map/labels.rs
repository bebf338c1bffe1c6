//! Places for the labels of groups, so that no label lies on another, and each covers few points.

/// A label that wants a place, in units of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The middle of the group.
    pub centre: [f32; 2],
    pub width: f32,
    pub height: f32,
    /// Points of the group.
    pub size: usize,
}

/// Room between two labels.
const GAP: f32 = 5.0;
/// Side of a cell of the grid that counts points.
const CELL: f32 = 5.0;
/// A label may cover this share of its group's points, or this many.
const SHARE: f32 = 0.1;
const FEW: f32 = 2.0;
/// So far away is as bad as one point that is covered.
const STEP: f32 = 32.0;

/// The middle of each label, or none for a label that found no place. The first wishes choose first.
///
/// A label tries the middle of its group, then places on growing rings around it, up to three and a half heights away:
/// further off, it would seem to name another group. Of the free ones it takes the one that covers fewest `points`.
/// `frame`: left, top, right and bottom of the picture.
pub fn placed(wishes: &[Wish], points: &[[f32; 2]], frame: [f32; 4]) -> Vec<Option<[f32; 2]>> {
    let crowd = Crowd::new(points, frame);
    let mut boxes: Vec<[f32; 4]> = Vec::new();
    wishes
        .iter()
        .map(|wish| {
            let mut best: Option<(f32, [f32; 2])> = None;
            for place in tries(wish).map(|place| inside(place, wish, frame)) {
                let own = around(place, wish);
                let [x, y] = [place[0] - wish.centre[0], place[1] - wish.centre[1]];
                let covered = crowd.inside(own);
                let cost = covered + x.hypot(y) / STEP;
                let is_free = boxes.iter().all(|other| apart(own, *other))
                    && covered <= FEW.max(SHARE * wish.size as f32);
                if is_free && best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, place));
                }
            }
            let (_, place) = best?;
            boxes.push(around(place, wish));
            Some(place)
        })
        .collect()
}

/// How many points are left of and above each corner of a grid.
struct Crowd {
    frame: [f32; 4],
    columns: usize,
    sums: Vec<f32>,
}

impl Crowd {
    fn new(points: &[[f32; 2]], frame: [f32; 4]) -> Self {
        let cells = |low: f32, high: f32| ((high - low).max(0.0) / CELL).ceil() as usize + 1;
        let (columns, lines) = (cells(frame[0], frame[2]), cells(frame[1], frame[3]));
        let mut crowd = Self {
            frame,
            columns: columns + 1,
            sums: vec![0.0; (columns + 1) * (lines + 1)],
        };
        for point in points {
            let [x, y] = crowd.corner(*point, f32::floor);
            let at = (y + 1) * crowd.columns + x + 1;
            if let Some(count) = crowd.sums.get_mut(at) {
                *count += 1.0;
            }
        }
        for at in 0..crowd.sums.len() {
            let left = if at % crowd.columns > 0 {
                crowd.sums[at - 1]
            } else {
                0.0
            };
            let above = |at: usize| {
                at.checked_sub(crowd.columns)
                    .map_or(0.0, |at| crowd.sums[at])
            };
            let corner = if at % crowd.columns > 0 {
                above(at - 1)
            } else {
                0.0
            };
            crowd.sums[at] += left + above(at) - corner;
        }
        crowd
    }

    /// The corner of the grid next to a place.
    fn corner(&self, place: [f32; 2], rounded: fn(f32) -> f32) -> [usize; 2] {
        let lines = self.sums.len() / self.columns;
        let at = |value: f32, low: f32, most: usize| {
            (rounded((value - low) / CELL).max(0.0) as usize).min(most)
        };
        [
            at(place[0], self.frame[0], self.columns - 1),
            at(place[1], self.frame[1], lines - 1),
        ]
    }

    /// Points in a box, and in the cells that it touches.
    fn inside(&self, [left, top, right, bottom]: [f32; 4]) -> f32 {
        let [left, top] = self.corner([left, top], f32::floor);
        let [right, bottom] = self.corner([right, bottom], f32::ceil);
        let sum = |x: usize, y: usize| self.sums[y * self.columns + x];
        sum(right, bottom) - sum(left, bottom) - sum(right, top) + sum(left, top)
    }
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
                size: 1,
            })
            .collect();
        let frame = [0.0, 0.0, 500.0, 300.0];
        let found: Vec<[f32; 4]> = placed(&wishes, &[], frame)
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
            size: 1,
        };
        let places = placed(&[wish; 3], &[], [0.0, 0.0, 100.0, 100.0]);
        assert_eq!(places[0], Some([50.0, 50.0]));
        assert!(places[1].is_some());
        assert_eq!(
            placed(
                &[Wish {
                    width: 400.0,
                    ..wish
                }],
                &[],
                [0.0, 0.0, 100.0, 100.0]
            ),
            [Some([50.0, 50.0])]
        );
    }

    #[test]
    fn a_label_stands_beside_its_points_if_there_is_room() {
        let frame = [0.0, 0.0, 400.0, 300.0];
        let points: Vec<[f32; 2]> = (0..100)
            .map(|i| [180.0 + (i % 10) as f32 * 4.0, 140.0 + (i / 10) as f32 * 2.0])
            .collect();
        let wish = Wish {
            centre: [200.0, 150.0],
            width: 80.0,
            height: 18.0,
            size: 100,
        };
        let place = placed(&[wish], &points, frame)[0].unwrap();
        let [left, top, right, bottom] = around(place, &wish);
        let covered = |[x, y]: &&[f32; 2]| left < *x && *x < right && top < *y && *y < bottom;
        assert_eq!(points.iter().filter(covered).count(), 0, "{place:?}");
        // Where everything is full of others' points there is no place.
        let full: Vec<[f32; 2]> = (0..12_000)
            .map(|i| [(i % 120) as f32 * 3.4, (i / 120) as f32 * 3.0])
            .collect();
        assert_eq!(placed(&[wish], &full, frame), [None]);
        assert!(
            placed(
                &[Wish {
                    size: 12_000,
                    ..wish
                }],
                &full,
                frame
            )[0]
            .is_some()
        );
    }
}
