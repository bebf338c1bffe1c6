//! The two first principal components of many vectors: where the map starts from.
//!
//! Block power iteration (Golub, Van Loan, "Matrix Computations", section 8.2.4) with two columns more than are wanted,
//! which makes it converge by the ratio of the second to the fifth variance.

use rayon::prelude::*;

use super::random::{random, signed_unit};

/// Columns iterated.
const COLUMNS: usize = 4;
/// Rows summed by one task, and then in the order of the tasks: the same bits on any number of threads.
const BLOCK: usize = 256;
/// The directions are taken from at most so many rows, spread evenly: a start needs no more, and the rows may lie on disk.
const ROWS: usize = 20_000;
/// Passes over the rows, at most.
const PASSES: usize = 40;

/// A dimension's part in each column.
type Columns = Vec<[f64; COLUMNS]>;

/// The two first principal components of `n` vectors of `dimensions` numbers, in the vectors' unit.
///
/// `row` gives a vector by its number. What is missing from a row, and what is not finite, counts as 0. The largest part of
/// each direction is positive, so that the sign does not hang on the start of the iteration.
pub fn principal<'a, R>(n: usize, dimensions: usize, row: R) -> Vec<[f32; 2]>
where
    R: Fn(usize) -> &'a [f32] + Sync,
{
    let read = |number: usize, out: &mut [f32]| {
        out.fill(0.0);
        for (out, &value) in out.iter_mut().zip(row(number)) {
            *out = if value.is_finite() {
                value.clamp(-1e15, 1e15)
            } else {
                0.0
            };
        }
    };
    if n == 0 || dimensions == 0 {
        return vec![[0.0; 2]; n];
    }
    let used = n.min(ROWS);
    let chosen = |number: usize| (number as u64 * n as u64 / used as u64) as usize;
    let mean = mean(used, dimensions, |number, out| read(chosen(number), out));
    let centred = |number: usize, out: &mut [f32]| {
        read(number, out);
        for (value, mean) in out.iter_mut().zip(&mean) {
            *value -= mean;
        }
    };
    let directions = directions(used, dimensions, |number, out| centred(chosen(number), out));
    let mut out = vec![[0.0; 2]; n];
    out.par_chunks_mut(BLOCK)
        .enumerate()
        .for_each(|(block, out)| {
            let mut values = vec![0.0; dimensions];
            for (offset, out) in out.iter_mut().enumerate() {
                centred(block * BLOCK + offset, &mut values);
                *out =
                    directions
                        .iter()
                        .zip(&values)
                        .fold([0.0; 2], |[x, y], (direction, value)| {
                            [x + direction[0] * value, y + direction[1] * value]
                        });
            }
        });
    out
}

/// Sums what `each` adds to `[dimensions]` cells for each of `n` rows. `each` gets the row's values and the cells of its
/// block.
fn summed<const N: usize>(
    n: usize,
    dimensions: usize,
    read: impl Fn(usize, &mut [f32]) + Sync,
    each: impl Fn(&[f32], &mut [[f32; N]]) + Sync,
) -> Vec<[f64; N]> {
    let parts: Vec<Vec<[f32; N]>> = (0..n.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let (mut values, mut cells) = (vec![0.0; dimensions], vec![[0.0; N]; dimensions]);
            for number in block * BLOCK..((block + 1) * BLOCK).min(n) {
                read(number, &mut values);
                each(&values, &mut cells);
            }
            cells
        })
        .collect();
    let mut sums = vec![[0.0; N]; dimensions];
    for part in parts {
        for (sum, cell) in sums.iter_mut().zip(part) {
            for (sum, cell) in sum.iter_mut().zip(cell) {
                *sum += f64::from(cell);
            }
        }
    }
    sums
}

fn mean(n: usize, dimensions: usize, read: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
    let sums = summed::<1>(n, dimensions, read, |values, cells| {
        for (cell, value) in cells.iter_mut().zip(values) {
            cell[0] += value;
        }
    });
    sums.iter().map(|[sum]| (sum / n as f64) as f32).collect()
}

/// The first two directions: `[dimensions][2]`.
fn directions(
    n: usize,
    dimensions: usize,
    read: impl Fn(usize, &mut [f32]) + Sync,
) -> Vec<[f32; 2]> {
    let mut basis: Columns = (0..dimensions)
        .map(|dimension| {
            let number = |column| f64::from(signed_unit(random(column as u64, dimension as u64)));
            std::array::from_fn(number)
        })
        .collect();
    orthonormalise(&mut basis);
    let mut before = [0.0; COLUMNS];
    let mut image = basis.clone();
    for _ in 0..PASSES {
        let short: Vec<[f32; COLUMNS]> = basis.iter().map(|row| row.map(|x| x as f32)).collect();
        image = summed(
            n,
            dimensions,
            &read,
            |values, cells: &mut [[f32; COLUMNS]]| {
                let mut products = [0.0; COLUMNS];
                for (value, row) in values.iter().zip(&short) {
                    for (product, x) in products.iter_mut().zip(row) {
                        *product += value * x;
                    }
                }
                for (value, cell) in values.iter().zip(cells) {
                    for (cell, product) in cell.iter_mut().zip(products) {
                        *cell += value * product;
                    }
                }
            },
        );
        let variances: [f64; COLUMNS] = std::array::from_fn(|c| dot(&image, c, &basis, c));
        let settled = (0..2).all(|c| (variances[c] - before[c]).abs() <= 1e-4 * variances[c].abs());
        if settled {
            break;
        }
        before = variances;
        basis.clone_from(&image);
        orthonormalise(&mut basis);
    }
    rotated(&basis, &image)
}

fn dot(a: &Columns, column: usize, b: &Columns, other: usize) -> f64 {
    a.iter().zip(b).map(|(a, b)| a[column] * b[other]).sum()
}

/// Makes the columns perpendicular and of length 1, twice, because once loses digits. A column without a length becomes 0.
fn orthonormalise(basis: &mut Columns) {
    for _ in 0..2 {
        for column in 0..COLUMNS {
            let before = dot(basis, column, basis, column);
            for other in 0..column {
                let part = dot(basis, column, basis, other);
                basis
                    .iter_mut()
                    .for_each(|row| row[column] -= part * row[other]);
            }
            let square = dot(basis, column, basis, column);
            let scale = if square > 1e-20 * before && square > 1e-60 {
                1.0 / square.sqrt()
            } else {
                0.0
            };
            basis.iter_mut().for_each(|row| row[column] *= scale);
        }
    }
}

/// The two directions of most variance within the space of `basis` (Rayleigh and Ritz). `image` is the covariance times
/// the basis.
fn rotated(basis: &Columns, image: &Columns) -> Vec<[f32; 2]> {
    let small: [[f64; COLUMNS]; COLUMNS] =
        std::array::from_fn(|row| std::array::from_fn(|column| dot(basis, row, image, column)));
    let (values, vectors) = eigen(small);
    let mut order: Vec<usize> = (0..COLUMNS).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let mut directions: Vec<[f32; 2]> = basis
        .iter()
        .map(|row| {
            [order[0], order[1]]
                .map(|c| (0..COLUMNS).map(|k| row[k] * vectors[k][c]).sum::<f64>() as f32)
        })
        .collect();
    for column in 0..2 {
        let largest = directions.iter().fold(0.0f32, |largest, direction| {
            if direction[column].abs() > largest.abs() {
                direction[column]
            } else {
                largest
            }
        });
        if largest < 0.0 {
            directions
                .iter_mut()
                .for_each(|direction| direction[column] = -direction[column]);
        }
    }
    directions
}

/// The eigenvalues of a small symmetric matrix and its eigenvectors, as columns, by Jacobi's rotations.
fn eigen(mut matrix: [[f64; COLUMNS]; COLUMNS]) -> ([f64; COLUMNS], [[f64; COLUMNS]; COLUMNS]) {
    let mut vectors = [[0.0; COLUMNS]; COLUMNS];
    for (k, row) in vectors.iter_mut().enumerate() {
        row[k] = 1.0;
    }
    for _ in 0..30 {
        for p in 0..COLUMNS {
            for q in p + 1..COLUMNS {
                let off = (matrix[p][q] + matrix[q][p]) / 2.0;
                if off.abs() < 1e-300 {
                    continue;
                }
                let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * off);
                let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let cosine = 1.0 / tangent.hypot(1.0);
                let sine = tangent * cosine;
                for row in &mut matrix {
                    (row[p], row[q]) = (
                        cosine * row[p] - sine * row[q],
                        sine * row[p] + cosine * row[q],
                    );
                }
                let (above, below) = (matrix[p], matrix[q]);
                matrix[p] = std::array::from_fn(|k| cosine * above[k] - sine * below[k]);
                matrix[q] = std::array::from_fn(|k| sine * above[k] + cosine * below[k]);
                for row in &mut vectors {
                    (row[p], row[q]) = (
                        cosine * row[p] - sine * row[q],
                        sine * row[p] + cosine * row[q],
                    );
                }
            }
        }
    }
    (std::array::from_fn(|k| matrix[k][k]), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long in direction 1, shorter in direction 0, hardly anything in the others.
    fn rows(n: usize) -> Vec<Vec<f32>> {
        (0..n)
            .map(|i| {
                let number = |k| signed_unit(random(k, i as u64));
                vec![
                    3.0 + 2.0 * number(0),
                    5.0 * number(1),
                    0.1 * number(2),
                    0.1 * number(3),
                    0.1 * number(4),
                ]
            })
            .collect()
    }

    #[test]
    fn the_longest_directions_come_first() {
        let rows = rows(3000);
        let out = principal(rows.len(), 5, |number| &rows[number]);
        for (row, [x, y]) in rows.iter().zip(out) {
            assert!((x - row[1]).abs() < 0.5, "{row:?} {x}");
            assert!((y - (row[0] - 3.0)).abs() < 0.5, "{row:?} {y}");
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let rows = rows(3000);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| principal(rows.len(), 5, |number| &rows[number]))
        };
        let one = run(1);
        assert_eq!(one, run(2));
        assert_eq!(one, run(4));
    }

    #[test]
    fn nothing_is_infinite_whatever_comes_in() {
        let cases: Vec<Vec<Vec<f32>>> = vec![
            vec![],
            vec![vec![1.0, 2.0]],
            vec![vec![1.0; 3]; 40],
            vec![
                vec![f32::NAN, f32::INFINITY, 1.0],
                vec![f32::MAX, f32::MIN, 0.0],
                vec![],
            ],
            vec![vec![0.0; 3], vec![1.0, 0.0, 0.0]],
        ];
        for rows in cases {
            let out = principal(rows.len(), 3, |number| &rows[number]);
            assert_eq!(out.len(), rows.len());
            assert!(
                out.iter().flatten().all(|x| x.is_finite()),
                "{rows:?} {out:?}"
            );
        }
        assert_eq!(principal(2, 0, |_| &[]), [[0.0; 2]; 2]);
    }
}
