// The view of the similarity matrix: a heat map of all pairs of articles.
import { get, ofGeneration } from './api.js';
import { COUNT, ofCanvas, palette, ramp } from './colours.js';
import { Titles } from './titles.js';
import { el, nameOf, quoted, say, short } from './dom.js';
import { Pane, zoomButtons } from './pane.js';
import { link } from './route.js';
import { between } from './similar.js';
import { clusterName, number, t } from './strings.js';

/** Pixels of a cluster that gets a frame. */
const LEAST_FRAME = 12;

export async function matrix(main, params, signal, settled) {
  const load = async () => prepared(await get('matrix', {}, signal));
  const data = await ofGeneration('matrix', load, signal);
  if (signal.aborted) return null;
  settled();
  if (data.shown === 0) main.replaceChildren(el('h1', {}, t('matrix')), el('p', { class: 'notice' }, t('none')));
  else new MatrixView(main, params, data, signal).start();
  return t('matrix');
}

/** The JSON with its values as bytes, and smaller copies of them for when all is shown. */
function prepared(json) {
  const values = decoded(json.values);
  const levels = [{ size: json.shown, values, step: 1 }];
  while (levels.at(-1).size > 400) levels.push(halved(levels.at(-1)));
  return { ...json, values, levels };
}

function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** A square of half the size; each value is the mean of four. The last line of an odd square counts twice. */
function halved({ size, values, step }) {
  const half = Math.ceil(size / 2);
  const means = new Uint8Array(half * half);
  for (let y = 0; y < half; y += 1) {
    const [a, b] = [2 * y * size, Math.min(2 * y + 1, size - 1) * size];
    for (let x = 0; x < half; x += 1) {
      const [left, right] = [2 * x, Math.min(2 * x + 1, size - 1)];
      means[y * half + x] = (values[a + left] + values[a + right] + values[b + left] + values[b + right]) >> 2;
    }
  }
  return { size: half, values: means, step: 2 * step };
}

/** Values as a picture. */
function coloured({ size, values }, colours) {
  const canvas = el('canvas', { width: size, height: size });
  const context = canvas.getContext('2d');
  const image = context.createImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  const table = Uint32Array.from(colours, ([r, g, b]) => (0xff000000 | (b << 16) | (g << 8) | r) >>> 0);
  for (let at = 0; at < values.length; at += 1) pixels[at] = table[values[at]];
  context.putImageData(image, 0, 0);
  return canvas;
}

class MatrixView {
  constructor(main, params, data, signal) {
    Object.assign(this, { main, params, data, signal, pictures: new Map(), cell: null, titles: new Titles(data) });
  }

  start() {
    const { data } = this;
    const name = t('matrixName', data.shown);
    this.canvas = el('canvas', { tabindex: 0, role: 'img', 'aria-label': name, 'aria-describedby': 'matrix-help' });
    this.tip = el('div', { class: 'tip', hidden: true });
    this.pair = el('div', { class: 'pair' }, el('p', { class: 'faint' }, t('matrixNone')));
    this.passages = el('section', { class: 'listing' }, el('h2', { hidden: true }, t('pairs')));
    const clusters = el(
      'details',
      { class: 'clusters' },
      el('summary', {}, el('h2', {}, t('clusters'))),
      el(
        'ul',
        { class: 'legend' },
        data.clusters.map((one) => this.cluster(one)),
      ),
    );
    const alike = el(
      'details',
      { class: 'alike-pairs', open: true },
      el('summary', {}, el('h2', {}, t('mostAlike'))),
      el(
        'ol',
        {},
        data.pairs.map((one) => this.alike(one)),
      ),
    );
    clusters.open = matchMedia('(min-width: 60rem)').matches;
    this.main.replaceChildren(
      el('h1', { class: 'unseen' }, t('matrix')),
      el(
        'div',
        { class: 'bar-of-tools' },
        el('span', { class: 'faint' }, data.shown < data.total ? t('sampled', data.shown, data.total) : t('total', data.total)),
        this.scale(),
        zoomButtons(this),
      ),
      el(
        'div',
        { class: 'canvas-and-side' },
        el('div', { class: 'stage' }, this.canvas, this.tip),
        el('aside', {}, this.pair, this.passages, alike, clusters),
      ),
      el('p', { id: 'matrix-help', class: 'faint' }, t('matrixHelp')),
    );
    addEventListener('theme', () => this.recolour(), { signal: this.signal });
    this.recolour();
    this.pane = new Pane(this.canvas, { left: 0, top: 0, right: data.shown, bottom: data.shown }, this, this.signal);
    say(name);
  }

  /** The colours and the values at their ends. */
  scale() {
    const { low, high } = this.data;
    this.strip = el('canvas', { width: 256, height: 1, 'aria-hidden': 'true' });
    return el('span', { class: 'scale' }, low.toFixed(2), this.strip, high.toFixed(2));
  }

  margins(pane) {
    return this.titles.margins(pane);
  }

  recolour() {
    this.pictures.clear();
    const dots = palette();
    this.main.querySelectorAll('.clusters i').forEach((dot, at) => {
      dot.style.background = `rgb(${dots[(this.data.clusters[at].number % COUNT) + 1]})`;
    });
    this.colours = ramp();
    const context = this.strip.getContext('2d');
    this.colours.forEach((colour, at) => {
      context.fillStyle = `rgb(${colour})`;
      context.fillRect(at, 0, 1, 1);
    });
  }

  cluster({ words, number: place, from, to }) {
    const show = () => this.pane.show({ left: from, top: from, right: to, bottom: to });
    const name = quoted('span', clusterName(words, place));
    return el(
      'li',
      {},
      el('button', { type: 'button', onclick: show }, el('i', {}), name, el('small', {}, number(to - from))),
    );
  }

  /** A pair of the list, which chooses its cell. */
  alike({ articles: [a, b], score, duplicate }) {
    const show = () => {
      this.choose({ x: b, y: a });
      this.keep(this.cell);
      this.pair.scrollIntoView({ block: 'nearest' });
    };
    const title = (at) => quoted('span', nameOf(this.data.articles[at]), this.data.articles[at].lang);
    return el(
      'li',
      {},
      el(
        'button',
        { type: 'button', onclick: show },
        el('small', { class: 'score' }, score.toFixed(2)),
        el('span', {}, title(a), title(b)),
        duplicate ? el('b', { class: 'badge' }, t('duplicate')) : null,
      ),
    );
  }

  /** The picture whose pixels come closest to those of the window. */
  picture(pane) {
    const cell = pane.scale * pane.ratio;
    const wanted = cell >= 1 ? 0 : Math.floor(Math.log2(1 / cell));
    const at = Math.min(wanted, this.data.levels.length - 1);
    if (!this.pictures.has(at)) this.pictures.set(at, coloured(this.data.levels[at], this.colours));
    return { picture: this.pictures.get(at), step: this.data.levels[at].step };
  }

  draw(context, pane) {
    const [background, text] = ofCanvas(this.canvas);
    const corner = pane.toWindow(0, 0);
    const { picture, step } = this.picture(pane);
    context.fillStyle = background;
    context.fillRect(0, 0, pane.width, pane.height);
    context.imageSmoothingEnabled = pane.scale * pane.ratio < 2;
    const size = picture.width * step * pane.scale;
    context.drawImage(picture, corner.x, corner.y, size, size);
    for (const cluster of this.data.clusters) this.frame(context, pane, cluster, text);
    if (this.cell) this.cursor(context, pane, background, text);
    this.titles.draw(context, pane, this.cell, { background, text, family: getComputedStyle(this.canvas).fontFamily });
  }

  /** A square around a cluster. */
  frame(context, pane, { from, to }, text) {
    const at = pane.toWindow(from, from);
    const size = (to - from) * pane.scale;
    if (size < LEAST_FRAME) return;
    context.strokeStyle = text;
    context.lineWidth = 1;
    context.globalAlpha = 0.6;
    context.strokeRect(at.x, at.y, size, size);
    context.globalAlpha = 1;
  }

  cursor(context, pane, background, text) {
    const at = pane.toWindow(this.cell.x, this.cell.y);
    const size = Math.max(pane.scale, 7);
    const shift = (pane.scale - size) / 2;
    for (const [colour, grow] of [
      [background, 3],
      [text, 1.5],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.strokeRect(at.x + shift - grow, at.y + shift - grow, size + 2 * grow, size + 2 * grow);
    }
  }

  hover(place, at) {
    const { articles } = this.data;
    const cell = place && this.cellAt(place);
    const title = !cell && place && this.titles.at(this.pane, place, at);
    this.tip.hidden = !cell && !title;
    if (this.tip.hidden) return;
    const named = cell ? [articles[cell.y], articles[cell.x]] : [title];
    const lines = named.map((article) => quoted('div', short(nameOf(article), cell ? 40 : 90), article.lang));
    this.tip.replaceChildren(...lines, cell ? el('b', {}, this.value(cell)) : '');
    this.pane.follow(this.tip, at);
  }

  cellAt(place) {
    const cell = { x: Math.floor(place.x), y: Math.floor(place.y) };
    const inside = (value) => value >= 0 && value < this.data.shown;
    const covered = this.titles.covers(this.pane, this.pane.toWindow(place.x, place.y));
    return inside(cell.x) && inside(cell.y) && !covered ? cell : null;
  }

  value({ x, y }) {
    if (x === y) return '1.00';
    const { values, shown, low, high } = this.data;
    return (low + (values[y * shown + x] / 255) * (high - low)).toFixed(2);
  }

  click(place) {
    const cell = this.cellAt(place);
    if (cell) this.choose(cell);
  }

  /** Arrow keys move over the cells. */
  key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step && event.key !== 'Enter') return false;
    const most = this.data.shown - 1;
    const from = this.cell ?? { x: Math.floor(this.pane.x), y: Math.floor(this.pane.y) };
    const [dx, dy] = this.cell && step ? step : [0, 0];
    const cell = { x: Math.min(most, Math.max(0, from.x + dx)), y: Math.min(most, Math.max(0, from.y + dy)) };
    if (event.key === 'Enter') {
      this.choose(cell);
    } else {
      this.name(cell);
      this.keep(cell);
      say(this.pair.textContent);
    }
    return true;
  }

  /** Keeps the cell in the window, and not under the titles. */
  keep(cell) {
    const { pane } = this;
    const at = pane.toWindow(cell.x + 0.5, cell.y + 0.5);
    const { left, top } = this.titles.covered(pane);
    const outside = (value, low, high) => (value < low ? low - value + 40 : value > high ? high - value - 40 : 0);
    pane.pan(outside(at.x, left, pane.width), outside(at.y, top, pane.height));
  }

  /** Says which pair a cell compares. */
  name(cell) {
    this.cell = cell;
    // What was asked of another cell is not shown below the names of this one.
    this.asking?.abort();
    this.passages.firstElementChild.hidden = true;
    this.passages.replaceChildren(this.passages.firstElementChild);
    const { articles } = this.data;
    const title = (article) =>
      quoted('a', nameOf(article), article.lang, { href: link('read', this.params, { id: article.id }) });
    this.pair.replaceChildren(
      el('p', {}, title(articles[cell.y])),
      el('p', {}, title(articles[cell.x])),
      el('p', { class: 'score' }, this.value(cell)),
    );
    this.pane.request();
  }

  choose(cell) {
    this.name(cell);
    say(this.pair.textContent);
    const { articles } = this.data;
    if (cell.x === cell.y) return;
    this.passages.firstElementChild.hidden = false;
    this.asking = new AbortController();
    const signal = AbortSignal.any([this.signal, this.asking.signal]);
    between(this.passages, articles[cell.y].id, articles[cell.x].id, this.params, signal);
  }
}
