// Places for the names of clusters on the map: none lies on another, and each covers few points.

/** Pixels from the middle of a cluster at which places are tried: further off, a name would seem to be another's. */
const RINGS = [0, 14, 28, 42, 58, 76];
const DIRECTIONS = 16;
/** A name may cover this share of its cluster's points, or this many. */
const SHARE = 0.1;
const FEW = 2;
/** Pixels that are as bad as one point that is covered. */
const STEP = 32;
/** Pixels around a name that stay free of other names. */
const GAP = 4;

/**
 * Where names stand, in pixels from the middles of their clusters; null for a name that has no place at this scale. The
 * first wishes choose first. A wish is `{x, y, size, width, height}`: the middle on the plane, points of the cluster,
 * pixels of the name. A place does not depend on what part of the plane is shown, so that names stay while it moves.
 */
export function placed(wishes, points, pane) {
  const taken = [];
  const frame = whole(pane);
  return wishes.map((wish) => {
    let best = null;
    for (const { dx, dy, away } of offsets(wish)) {
      const box = around(wish, dx, dy, pane.scale);
      if (!contains(frame, box) || taken.some((other) => meet(other, box))) continue;
      const covered = points.countIn(grown(box, (points.radius(pane) - 1) / pane.scale));
      const cost = covered + away / STEP;
      if (covered <= Math.max(FEW, SHARE * wish.size) && (!best || cost < best.cost)) best = { cost, dx, dy, box };
      if (covered === 0 && away === 0) break;
    }
    if (best) taken.push(grown(best.box, GAP / pane.scale));
    return best && { dx: best.dx, dy: best.dy };
  });
}

/** Places to try, nearest first. Names are wide, so that places beside are further off than those above and below. */
function* offsets({ width }) {
  yield { dx: 0, dy: 0, away: 0 };
  for (const ring of RINGS.slice(1)) {
    for (let at = 0; at < DIRECTIONS; at += 1) {
      const angle = (2 * Math.PI * at) / DIRECTIONS;
      yield { dx: Math.cos(angle) * (ring + width / 3), dy: Math.sin(angle) * ring, away: ring };
    }
  }
}

/** The part of the plane that is in the window when all is shown. */
function whole(pane) {
  const { left, right, top, bottom } = pane.box;
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const [wide, tall] = [pane.width / pane.fit / 2, pane.height / pane.fit / 2];
  return { left: x - wide, right: x + wide, top: y - tall, bottom: y + tall };
}

function around({ x, y, width, height }, dx, dy, scale) {
  const [left, top] = [x + (dx - width / 2) / scale, y + (dy - height / 2) / scale];
  return { left, top, right: left + width / scale, bottom: top + height / scale };
}

function grown({ left, right, top, bottom }, by) {
  return { left: left - by, right: right + by, top: top - by, bottom: bottom + by };
}

function contains(outer, inner) {
  return (
    inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
  );
}

function meet(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
