// The text of an article as paragraphs. One of a megabyte stays quick: the browser lays out only blocks near the window.
import { el } from './dom.js';
import { node, pieces } from './spans.js';

/** Lines of a block. */
const BLOCK = 40;

/** The node of a text, and how to scroll to a byte of it. */
export function body(text, marks, lang) {
  const lines = cut(text, pieces(text, marks));
  const blocks = [];
  for (let at = 0; at < lines.length; at += BLOCK) {
    blocks.push(el('div', { class: 'block' }, lines.slice(at, at + BLOCK).map(paragraph)));
  }
  const whole = el('div', { class: 'text', lang: lang || null }, blocks);
  const starts = byteStarts(text);
  const scroll = (byte) => {
    const line = lineOf(starts, byte);
    const target = blocks[Math.floor(line / BLOCK)].children[line % BLOCK];
    // A line can be as long as a novel; the passage in it is what is wanted.
    settle(target.querySelector('.hit') ?? target);
  };
  return { node: whole, scroll };
}

/** Blocks get their real heights while they come near, so the aim is taken again. */
function settle(target) {
  const box = target.closest('.scroll');
  const aim = () => {
    const place = target.getBoundingClientRect();
    const [top, height] = box ? [box.getBoundingClientRect().top, box.clientHeight] : [0, innerHeight];
    (box ?? window).scrollBy({ top: place.top - top - height / 3, behavior: 'instant' });
  };
  aim();
  requestAnimationFrame(() => {
    aim();
    requestAnimationFrame(aim);
  });
}

/** The pieces of each line. */
function cut(text, all) {
  const lines = [[]];
  for (const piece of all) {
    let at = piece.start;
    while (at < piece.end) {
      const found = text.indexOf('\n', at);
      const end = found < 0 || found >= piece.end ? piece.end : found;
      if (end > at) lines.at(-1).push(node(text.slice(at, end), piece.marks));
      if (end < piece.end) lines.push([]);
      at = end + 1;
    }
  }
  return lines;
}

function paragraph(parts) {
  return parts.length === 0 ? el('p', { class: 'gap' }) : el('p', { dir: 'auto' }, parts);
}

/** The byte at which each line starts. */
function byteStarts(text) {
  const starts = [0];
  let byte = 0;
  for (const line of text.split('\n')) {
    byte += bytes(line) + 1;
    starts.push(byte);
  }
  return starts;
}

function bytes(text) {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Each half of a surrogate pair stands for two of its four bytes.
    count += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return count;
}

/** The last line that starts at or before a byte. */
function lineOf(starts, byte) {
  let [low, high] = [0, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= byte) low = middle;
    else high = middle;
  }
  return low;
}
