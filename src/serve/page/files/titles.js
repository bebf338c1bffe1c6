// What stands beside the matrix: the names of clusters, and of articles where a cell has room for a line of text.
import { COUNT, palette } from './colours.js';
import { nameOf, short } from './dom.js';
import { clusterName } from './strings.js';

/** Pixels of a cell from which rows and columns have their titles. */
const LEAST_CELL = 13;
/** Pixels of a cluster from which it has its name. */
const LEAST_NAME = 15;
/** Pixels of the bars in the colours of the clusters. */
const BAR = 5;
const LETTERS = 60;

export class Titles {
  constructor({ articles, clusters }) {
    const titles = articles.map((article) => short(nameOf(article), LETTERS));
    Object.assign(this, { articles, clusters, titles, cut: new Map() });
  }

  /** The room beside the matrix. Above it there is some only if columns have titles while all is shown. */
  margins({ width, height }) {
    const left = Math.round(Math.min(170, 0.27 * width));
    const top = Math.round(Math.min(120, 0.24 * height));
    const cell = Math.min((width - left) / this.articles.length, (height - top) / this.articles.length);
    return { left, top: cell >= LEAST_CELL ? top : BAR + 3 };
  }

  /** What titles cover at the left and at the top; more than the margins when the window came near. */
  covered(pane) {
    const top = pane.scale >= LEAST_CELL ? Math.round(Math.min(120, 0.24 * pane.height)) : pane.margin.top;
    return { left: pane.margin.left, top };
  }

  covers(pane, at) {
    const { left, top } = this.covered(pane);
    return at.x < left || at.y < top;
  }

  /** The article whose title is at a place of the window. */
  at(pane, place, at) {
    const { left, top } = this.covered(pane);
    if (pane.scale < LEAST_CELL || (at.x < left && at.y < top)) return null;
    const number = at.x < left ? place.y : at.y < top ? place.x : -1;
    return this.articles[Math.floor(number)] ?? null;
  }

  /** `cell` is the one that was chosen; its titles are bold. */
  draw(context, pane, cell, { background, text, family }) {
    const { left, top } = this.covered(pane);
    const font = (weight) => `${weight} ${Math.min(13, Math.max(11, pane.scale - 3))}px ${family}`;
    const side = { context, pane, font, near: pane.scale >= LEAST_CELL };
    const from = pane.toWindow(0, 0);
    context.textBaseline = 'middle';
    // Beside the matrix, not at the edge of a window that is wider.
    for (const [length, room, gutter, start, turned] of [
      [pane.width, top, Math.max(top, from.y), from.x, true],
      [pane.height, left, Math.max(left, from.x), from.y, false],
    ]) {
      context.save();
      // Columns are drawn as rows of a picture that lies on its side.
      if (turned) context.transform(0, -1, 1, 0, 0, gutter);
      context.beginPath();
      context.rect(0, 0, gutter, length);
      context.clip();
      context.fillStyle = background;
      context.fillRect(0, 0, gutter, length);
      this.bars(side, turned ? 0 : gutter - BAR, length, start);
      context.fillStyle = text;
      const chosen = cell ? (turned ? cell.x : cell.y) : -1;
      context.textAlign = turned ? 'left' : 'right';
      const place = { x: turned ? BAR + 5 : gutter - BAR - 6, room: room - BAR - 12, start, length };
      if (side.near) this.names(side, place, chosen);
      else if (!turned) this.groups(side, place);
      context.restore();
    }
    context.fillStyle = background;
    context.fillRect(0, 0, Math.max(left, from.x), Math.max(top, from.y));
  }

  bars({ context, pane }, x, length, start) {
    const colours = palette();
    for (const { number, from, to } of this.clusters) {
      const [low, high] = [start + from * pane.scale, start + to * pane.scale];
      if (high < 0 || low > length) continue;
      context.fillStyle = `rgb(${colours[(number % COUNT) + 1]})`;
      context.fillRect(x, low + 0.5, BAR, Math.max(1, high - low - 1));
    }
  }

  names({ context, pane, font }, { x, room, start, length }, chosen) {
    const first = Math.max(0, Math.floor(-start / pane.scale));
    const last = Math.min(this.titles.length - 1, Math.floor((length - start) / pane.scale));
    for (let at = first; at <= last; at += 1) {
      context.font = font(at === chosen ? 700 : 400);
      const y = start + (at + 0.5) * pane.scale;
      context.fillText(this.fitted(context, this.titles[at], room), x, y);
    }
  }

  groups({ context, pane, font }, { x, room, start, length }) {
    context.font = font(400);
    for (const { words, number, from, to } of this.clusters) {
      const [low, high] = [Math.max(0, start + from * pane.scale), Math.min(length, start + to * pane.scale)];
      if (high - low < LEAST_NAME) continue;
      context.fillText(this.fitted(context, clusterName(words, number), room), x, (low + high) / 2);
    }
  }

  /** A text cut to so many pixels. */
  fitted(context, text, room) {
    const key = `${context.font} ${room} ${text}`;
    if (!this.cut.has(key)) {
      let letters = Array.from(text);
      while (letters.length > 1 && context.measureText(letters.join('')).width > room)
        letters = [...letters.slice(0, letters.at(-1) === '…' ? -2 : -1), '…'];
      this.cut.set(key, letters.join(''));
    }
    return this.cut.get(key);
  }
}
