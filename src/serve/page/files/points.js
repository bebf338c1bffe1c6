// Draws many points and finds those near a place.

/** Cells along each side of the grid that finds points. */
const CELLS = 128;

/** Points sorted into a grid. Places are Float32Arrays. */
export class Points {
  constructor(x, y) {
    Object.assign(this, { x, y, count: x.length, stamps: new Map() });
    this.box = around(x, y);
    this.starts = new Uint32Array(CELLS * CELLS + 1);
    this.order = new Uint32Array(x.length);
    for (let i = 0; i < x.length; i += 1) this.starts[this.cell(i) + 1] += 1;
    for (let c = 0; c < CELLS * CELLS; c += 1) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    for (let i = 0; i < x.length; i += 1) this.order[next[this.cell(i)]++] = i;
  }

  column(x) {
    const { left, right } = this.box;
    return Math.min(CELLS - 1, Math.max(0, Math.floor((CELLS * (x - left)) / (right - left))));
  }

  line(y) {
    const { top, bottom } = this.box;
    return Math.min(CELLS - 1, Math.max(0, Math.floor((CELLS * (y - top)) / (bottom - top))));
  }

  cell(i) {
    return this.line(this.y[i]) * CELLS + this.column(this.x[i]);
  }

  /** The points in a part of the plane. */
  inside({ left, right, top, bottom }) {
    const found = [];
    for (let line = this.line(top); line <= this.line(bottom); line += 1) {
      const [from, to] = [
        this.starts[line * CELLS + this.column(left)],
        this.starts[line * CELLS + this.column(right) + 1],
      ];
      for (let at = from; at < to; at += 1) {
        const i = this.order[at];
        if (this.x[i] >= left && this.x[i] <= right && this.y[i] >= top && this.y[i] <= bottom) found.push(i);
      }
    }
    return found;
  }

  /** How many points are in a part of the plane. */
  countIn({ left, right, top, bottom }) {
    let found = 0;
    const [first, last] = [this.column(left), this.column(right)];
    for (let line = this.line(top); line <= this.line(bottom); line += 1) {
      for (let at = this.starts[line * CELLS + first]; at < this.starts[line * CELLS + last + 1]; at += 1) {
        const i = this.order[at];
        if (this.x[i] >= left && this.x[i] <= right && this.y[i] >= top && this.y[i] <= bottom) found += 1;
      }
    }
    return found;
  }

  /** The points within a distance of a place, nearest first. */
  near({ x, y }, distance) {
    const away = (i) => Math.hypot(this.x[i] - x, this.y[i] - y);
    const found = this.inside({ left: x - distance, right: x + distance, top: y - distance, bottom: y + distance });
    return found.filter((i) => away(i) <= distance).sort((a, b) => away(a) - away(b));
  }

  /**
   * Draws all points. `colours` are `[r, g, b]`, `kinds` (a Uint8Array) says which colour a point has; points of kind 0 lie
   * below the others. Pixels are written directly: a hundred thousand arcs would take a second.
   */
  draw(context, pane, kinds, colours, background) {
    const { canvas } = context;
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    pixels.fill(packed(background));
    const stamp = this.stamp(this.radius(pane) * pane.ratio, canvas.width);
    for (const below of [true, false]) this.pass(pixels, canvas, pane, stamp, kinds, colours, below);
    context.putImageData(image, 0, 0);
  }

  pass(pixels, canvas, pane, stamp, kinds, colours, below) {
    const { x, y, count } = this;
    const { offsets, alphas, reach } = stamp;
    const scale = pane.scale * pane.ratio;
    const [dx, dy] = [canvas.width / 2 - pane.x * scale, canvas.height / 2 - pane.y * scale];
    const [right, bottom] = [canvas.width - reach, canvas.height - reach];
    for (let i = 0; i < count; i += 1) {
      if ((kinds[i] === 0) !== below) continue;
      const [px, py] = [Math.round(x[i] * scale + dx), Math.round(y[i] * scale + dy)];
      if (px < reach || py < reach || px >= right || py >= bottom) continue;
      const [r, g, b] = colours[kinds[i]];
      const at = py * canvas.width + px;
      for (let k = 0; k < offsets.length; k += 1)
        pixels[at + offsets[k]] = mixed(pixels[at + offsets[k]], r, g, b, alphas[k]);
    }
  }

  /** Points shrink where there are many and grow while the window comes near. */
  radius(pane) {
    const room = Math.sqrt((pane.width * pane.height) / Math.max(1, this.count));
    return Math.min(7, Math.max(1.2, 0.16 * room) * Math.sqrt(pane.scale / pane.fit));
  }

  /** The pixels of a disc and how much of each it covers. */
  stamp(radius, width) {
    const size = Math.max(1, Math.round(radius * 4) / 4);
    const key = `${size} ${width}`;
    if (this.stamps.has(key)) return this.stamps.get(key);
    const reach = Math.ceil(size);
    const [offsets, alphas] = [[], []];
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) {
        const alpha = Math.round(210 * Math.min(1, Math.max(0, size + 0.5 - Math.hypot(dx, dy))));
        if (alpha > 0) {
          offsets.push(dy * width + dx);
          alphas.push(alpha);
        }
      }
    }
    const stamp = { offsets: Int32Array.from(offsets), alphas: Uint8Array.from(alphas), reach: reach + 1 };
    this.stamps.set(key, stamp);
    return stamp;
  }
}

/** The part of the plane that holds all points, with a margin. */
function around(x, y) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < x.length; i += 1) {
    left = Math.min(left, x[i]);
    right = Math.max(right, x[i]);
    top = Math.min(top, y[i]);
    bottom = Math.max(bottom, y[i]);
  }
  if (x.length === 0) return { left: -1, right: 1, top: -1, bottom: 1 };
  const margin = 0.06 * Math.max(right - left, bottom - top) || 1;
  return { left: left - margin, right: right + margin, top: top - margin, bottom: bottom + margin };
}

/** A pixel as ImageData keeps it on little-endian machines, which all are that browsers run on. */
function packed([r, g, b]) {
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
}

function mixed(under, r, g, b, alpha) {
  const rest = 255 - alpha;
  const red = (r * alpha + (under & 0xff) * rest) >> 8;
  const green = (g * alpha + ((under >> 8) & 0xff) * rest) >> 8;
  const blue = (b * alpha + ((under >> 16) & 0xff) * rest) >> 8;
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}
