//! Turns and scales a map so that the same corpus always lies the same way.

/// Empty stripes across the whole map are narrowed to this share of its longer side.
const STRIPE: f64 = 0.04;

/// Turns `places` so that the direction of most variance is the first axis, chooses the sign of both axes so that they
/// agree with `start`, narrows empty stripes, and scales to [-1, 1] with the aspect kept.
///
/// The start are principal components, whose signs hang on the vectors alone. So a map keeps its orientation while the
/// corpus grows. If the start says nothing, the longer tail of an axis is its positive side.
pub fn oriented(places: &[[f32; 2]], start: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let finite = |place: &[f32; 2]| place.map(|x| if x.is_finite() { f64::from(x) } else { 0.0 });
    let places: Vec<[f64; 2]> = places.iter().map(finite).collect();
    let start: Vec<[f64; 2]> = start.iter().map(finite).collect();
    let turned = turned(&places);
    let signs = [0, 1].map(|axis| sign(&turned, axis, &start));
    let mut turned: Vec<[f64; 2]> = turned
        .iter()
        .map(|&[x, y]| [x * signs[0], y * signs[1]])
        .collect();
    // Twice: the first time, one far group can make the longer side so long that no stripe seems wide.
    for _ in 0..2 {
        narrow(&mut turned);
    }
    scaled(&turned)
}

/// The places around their mean, in the directions of most and least variance.
fn turned(places: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let n = places.len().max(1) as f64;
    let mean = [0, 1].map(|axis| places.iter().map(|place| place[axis]).sum::<f64>() / n);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for place in places {
        let (x, y) = (place[0] - mean[0], place[1] - mean[1]);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    // Half the angle of (xx - yy, 2xy) is the angle of the first axis.
    let (difference, product) = (xx - yy, 2.0 * xy);
    let length = difference.hypot(product);
    let (cosine, sine) = if length > 1e-9 * (xx + yy) && length > 0.0 {
        let cosine = ((1.0 + difference / length) / 2.0).max(0.0).sqrt();
        (
            cosine,
            ((1.0 - difference / length) / 2.0)
                .max(0.0)
                .sqrt()
                .copysign(product),
        )
    } else {
        (1.0, 0.0)
    };
    places
        .iter()
        .map(|place| {
            let (x, y) = (place[0] - mean[0], place[1] - mean[1]);
            [x * cosine + y * sine, y * cosine - x * sine]
        })
        .collect()
}

/// The sign that makes an axis agree with the component of the start to which it is most related.
fn sign(turned: &[[f64; 2]], axis: usize, start: &[[f64; 2]]) -> f64 {
    let [first, second] = [0, 1].map(|component| correlation(turned, axis, start, component));
    let strongest = if second.abs() > first.abs() {
        second
    } else {
        first
    };
    if strongest.abs() > 0.02 {
        return strongest.signum();
    }
    let skew: f64 = turned.iter().map(|place| place[axis].powi(3)).sum();
    if skew < 0.0 { -1.0 } else { 1.0 }
}

/// The correlation of one axis, whose mean is 0, with one component of the start.
fn correlation(turned: &[[f64; 2]], axis: usize, start: &[[f64; 2]], component: usize) -> f64 {
    let mean = start.iter().map(|place| place[component]).sum::<f64>() / start.len().max(1) as f64;
    let (mut both, mut one, mut other) = (0.0, 0.0, 0.0);
    for (place, begin) in turned.iter().zip(start) {
        let (x, y) = (place[axis], begin[component] - mean);
        both += x * y;
        one += x * x;
        other += y * y;
    }
    let lengths = (one * other).sqrt();
    if lengths > 0.0 && lengths.is_finite() {
        both / lengths
    } else {
        0.0
    }
}

/// Pushes together what lies on both sides of a stripe without points. How far two groups that no edge joins lie from each
/// other says nothing, and it would cost the picture its room. What is apart stays apart, in the same direction.
fn narrow(places: &mut [[f64; 2]]) {
    let extent = |axis: usize| {
        let all = places.iter().map(|place| place[axis]);
        all.clone().fold(f64::NEG_INFINITY, f64::max) - all.fold(f64::INFINITY, f64::min)
    };
    let most = STRIPE * extent(0).max(extent(1));
    // Of a handful of points, every distance would be a stripe.
    if !most.is_finite() || places.len() < 20 {
        return;
    }
    for axis in 0..2 {
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by(|&a, &b| places[a][axis].total_cmp(&places[b][axis]).then(a.cmp(&b)));
        let (mut before, mut moved) = (f64::NEG_INFINITY, 0.0);
        for point in order {
            let place = &mut places[point][axis];
            if (*place - before).is_finite() {
                moved += (*place - before - most).max(0.0);
            }
            before = *place;
            *place -= moved;
        }
    }
}

/// Moves the middle of the box around all places to the origin, and scales its longer side to [-1, 1].
fn scaled(places: &[[f64; 2]]) -> Vec<[f32; 2]> {
    let bounds = [0, 1].map(|axis| {
        places
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| {
                (low.min(place[axis]), high.max(place[axis]))
            })
    });
    let half = bounds
        .iter()
        .map(|(low, high)| (high - low) / 2.0)
        .fold(0.0, f64::max);
    let factor = if half > 1e-30 && half.is_finite() {
        1.0 / half
    } else {
        0.0
    };
    places
        .iter()
        .map(|place| {
            [0, 1].map(|axis| {
                let (low, high) = bounds[axis];
                ((place[axis] - (low + high) / 2.0) * factor).clamp(-1.0, 1.0) as f32
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cloud() -> Vec<[f32; 2]> {
        (0..50)
            .map(|i| [i as f32, (i * i % 7) as f32 + 0.1 * i as f32])
            .collect()
    }

    #[test]
    fn a_turned_or_mirrored_map_comes_out_the_same() {
        let start = cloud();
        let expected = oriented(&cloud(), &start);
        let turned: Vec<[f32; 2]> = cloud()
            .iter()
            .map(|[x, y]| [5.0 + 0.6 * x - 0.8 * y, 0.8 * x + 0.6 * y])
            .collect();
        let mirrored: Vec<[f32; 2]> = cloud().iter().map(|[x, y]| [-x, *y]).collect();
        for other in [turned, mirrored] {
            for (a, b) in oriented(&other, &start).iter().zip(&expected) {
                assert!(
                    (a[0] - b[0]).abs() < 1e-5 && (a[1] - b[1]).abs() < 1e-5,
                    "{a:?} {b:?}"
                );
            }
        }
    }

    #[test]
    fn empty_stripes_are_narrow_and_groups_stay_apart() {
        let mut places: Vec<[f32; 2]> = cloud();
        places.extend(cloud().iter().map(|[x, y]| [x + 900.0, y + 400.0]));
        let out = oriented(&places, &places);
        let gap = out[50..]
            .iter()
            .map(|place| place[0])
            .fold(f32::INFINITY, f32::min)
            - out[..50]
                .iter()
                .map(|place| place[0])
                .fold(f32::NEG_INFINITY, f32::max);
        assert!((0.01..0.2).contains(&gap), "{gap}");
    }

    #[test]
    fn the_longer_side_fills_the_square_and_the_aspect_is_kept() {
        let out = oriented(&[[0.0, 0.0], [0.0, 8.0], [2.0, 4.0], [-2.0, 4.0]], &[]);
        let width = out.iter().map(|place| place[0].abs()).fold(0.0, f32::max);
        let height = out.iter().map(|place| place[1].abs()).fold(0.0, f32::max);
        assert_eq!((width, height), (1.0, 0.5));
    }

    #[test]
    fn numbers_that_are_not_finite_count_as_zero() {
        for places in [
            vec![],
            vec![[f32::NAN, 1.0]],
            vec![[f32::INFINITY, 0.0], [1e38, -1e38]],
        ] {
            let out = oriented(&places, &places);
            assert_eq!(out.len(), places.len());
            assert!(
                out.iter()
                    .flatten()
                    .all(|x| x.is_finite() && x.abs() <= 1.0),
                "{out:?}"
            );
        }
    }
}
