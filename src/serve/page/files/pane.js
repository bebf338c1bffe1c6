// A window onto a plane: moved and zoomed by mouse, wheel, fingers and keys. Map and matrix are drawn in it.
import { el } from './dom.js';
import { t } from './strings.js';

/** Pixels that a pointer may move and still click. */
const STILL = 5;
/** Pixels of a step by an arrow key. */
const STEP = 60;
const ZOOM = 1.4;
/** How far the window may zoom in beyond showing all. */
const MOST_ZOOM = 400;

export class Pane {
  /**
   * `see` has `draw(context, pane)` and may have `click(x, y)`, `hover(x, y, event)`, `rectangle(box)`, `key(event)`,
   * which says whether it took the key, and `margins(pane)`: pixels `{left, top}` that are no part of the window. `box` is
   * the part of the plane that is there: `{left, top, right, bottom}`.
   */
  constructor(canvas, box, see, signal) {
    Object.assign(this, { canvas, box, see, selecting: false, drawn: null, margin: { left: 0, top: 0 } });
    this.pointers = new Map();
    const on = (name, handle, options) => canvas.addEventListener(name, handle.bind(this), { signal, ...options });
    on('pointerdown', this.down);
    on('pointermove', this.move);
    on('pointerup', this.up);
    on('pointercancel', this.up);
    on('pointerleave', () => see.hover?.(null));
    on('wheel', this.wheel, { passive: false });
    on('keydown', this.key);
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(canvas);
    signal.addEventListener('abort', () => observer.disconnect());
    addEventListener('theme', () => this.request(), { signal });
    this.resize();
    this.all();
  }

  resize() {
    const { canvas } = this;
    const whole = this.scale === this.fit;
    this.ratio = devicePixelRatio;
    [this.width, this.height] = [canvas.clientWidth, canvas.clientHeight];
    this.margin = this.see.margins?.(this) ?? this.margin;
    canvas.width = Math.max(1, Math.round(this.width * this.ratio));
    canvas.height = Math.max(1, Math.round(this.height * this.ratio));
    if (whole) this.all();
    else if (this.scale) this.pan(0, 0);
  }

  /** Pixels of the window, without its margins. */
  get inner() {
    return { width: this.width - this.margin.left, height: this.height - this.margin.top };
  }

  /** The middle of the window, in pixels. */
  get middle() {
    return { x: (this.width + this.margin.left) / 2, y: (this.height + this.margin.top) / 2 };
  }

  /** The scale at which a box fills the window. */
  filling({ left, right, top, bottom }) {
    const { width, height } = this.inner;
    return Math.min(width / (right - left), height / (bottom - top));
  }

  /** The scale that shows everything. */
  get fit() {
    return Math.max(1e-6, this.filling(this.box));
  }

  all() {
    const { left, right, top, bottom } = this.box;
    [this.x, this.y, this.scale] = [(left + right) / 2, (top + bottom) / 2, this.fit];
    this.request();
  }

  /** Shows a part of the plane. */
  show({ left, right, top, bottom }) {
    [this.x, this.y] = [(left + right) / 2, (top + bottom) / 2];
    this.scale = 0.9 * this.filling({ left, right, top, bottom });
    this.limit();
    this.request();
  }

  limit() {
    const { left, right, top, bottom } = this.box;
    this.scale = Math.min(Math.max(this.scale, this.fit), this.fit * MOST_ZOOM);
    this.x = Math.min(Math.max(this.x, left), right);
    this.y = Math.min(Math.max(this.y, top), bottom);
  }

  /** Draws before the next frame, however often it is asked. */
  request() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!this.canvas.isConnected) return;
      const context = this.canvas.getContext('2d', { willReadFrequently: true });
      context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      this.see.draw(context, this);
      if (this.drawn) this.outline(context);
    });
  }

  outline(context) {
    const { from, to } = this.drawn;
    context.strokeStyle = getComputedStyle(this.canvas).color;
    context.setLineDash([4, 3]);
    context.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y);
    context.setLineDash([]);
  }

  toPlane({ x, y }) {
    const { middle } = this;
    return { x: (x - middle.x) / this.scale + this.x, y: (y - middle.y) / this.scale + this.y };
  }

  toWindow(x, y) {
    const { middle } = this;
    return { x: (x - this.x) * this.scale + middle.x, y: (y - this.y) * this.scale + middle.y };
  }

  /** Zooms; what stands at a place of the window stays there. */
  zoom(factor, at = this.middle) {
    const before = this.toPlane(at);
    this.scale *= factor;
    this.limit();
    const after = this.toPlane(at);
    this.pan((after.x - before.x) * this.scale, (after.y - before.y) * this.scale);
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.limit();
    this.request();
  }

  /** Puts a hint beside the pointer, and inside the window. */
  follow(hint, at) {
    hint.style.left = `${Math.max(0, Math.min(at.x + 12, this.width - hint.offsetWidth))}px`;
    hint.style.top = `${at.y + 14 + hint.offsetHeight > this.height ? at.y - 8 - hint.offsetHeight : at.y + 14}px`;
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  down(event) {
    const at = this.place(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, at);
    this.moved = this.pointers.size > 1;
    this.start = at;
    if (this.see.rectangle && this.pointers.size === 1 && (this.selecting || event.shiftKey))
      this.drawn = { from: at, to: at };
  }

  move(event) {
    const at = this.place(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.see.hover?.(this.toPlane(at), at);
    this.moved ||= Math.hypot(at.x - this.start.x, at.y - this.start.y) > STILL;
    if (!this.moved) return undefined;
    this.pointers.set(event.pointerId, at);
    if (this.drawn) {
      this.drawn.to = at;
      return this.request();
    }
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.pinch(other, before, at);
    else this.pan(at.x - before.x, at.y - before.y);
    return undefined;
  }

  pinch(still, before, at) {
    const distance = (point) => Math.max(1, Math.hypot(point.x - still.x, point.y - still.y));
    this.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    this.zoom(distance(at) / distance(before), { x: (at.x + still.x) / 2, y: (at.y + still.y) / 2 });
  }

  up(event) {
    const pressed = this.pointers.delete(event.pointerId);
    const { drawn } = this;
    this.drawn = null;
    if (!pressed || event.type === 'pointercancel') return;
    if (drawn && this.moved) {
      const [a, b] = [this.toPlane(drawn.from), this.toPlane(drawn.to)];
      this.see.rectangle({
        left: Math.min(a.x, b.x),
        right: Math.max(a.x, b.x),
        top: Math.min(a.y, b.y),
        bottom: Math.max(a.y, b.y),
      });
      this.request();
    } else if (!this.moved) {
      this.see.click?.(this.toPlane(this.place(event)));
    }
  }

  wheel(event) {
    event.preventDefault();
    // Some mice count lines, others pixels.
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    this.zoom(Math.exp(-Math.max(-200, Math.min(200, pixels)) / 300), this.place(event));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
    if (this.see.key?.(event)) event.preventDefault();
    else if (moves[event.key]) this.pan(...moves[event.key]);
    else if (event.key === '+' || event.key === '=') this.zoom(ZOOM);
    else if (event.key === '-') this.zoom(1 / ZOOM);
    else if (event.key === '0') this.all();
    else return;
    event.preventDefault();
  }
}

/** A button with a sign on it and its name for everybody who does not see it. */
export function button(name, sign, onclick) {
  return el('button', { type: 'button', title: t(name), 'aria-label': t(name), onclick }, sign);
}

/** Buttons for what wheel and keys do. `view` has a `pane` by the time that they are pressed. */
export function zoomButtons(view, ...more) {
  const zoom = (factor) => () => view.pane.zoom(factor);
  const all = button('reset', '⤢', () => view.pane.all());
  return el(
    'span',
    { class: 'buttons' },
    button('zoomIn', '+', zoom(ZOOM)),
    button('zoomOut', '−', zoom(1 / ZOOM)),
    all,
    more,
  );
}
