// Marks stretches of a text. The server counts bytes of UTF-8, a JavaScript string counts UTF-16 units.
import { el } from './dom.js';
import { reasonOf } from './strings.js';

/** Words that met less well than this are not underlined; the terminal takes the same bound. */
export const TOLD = 0.6;

/** UTF-16 offsets of ascending byte offsets. */
function units(text, bytes) {
  let byte = 0;
  let unit = 0;
  return bytes.map((wanted) => {
    while (byte < wanted && unit < text.length) {
      const code = text.codePointAt(unit);
      byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      unit += code > 0xffff ? 2 : 1;
    }
    return unit;
  });
}

/** The bytes of a text from one offset to another. */
export function slice(text, start, end) {
  return text.slice(...units(text, [start, end]));
}

/**
 * Cuts a text where marks begin and end. A mark is `{start, end, name}` in bytes of the article, whose byte `base` is the
 * first of the text. Returns pieces `{start, end, marks}` in UTF-16 units that cover the text.
 */
export function pieces(text, marks, base = 0) {
  const edges = new Map([[0, { on: [], off: [] }]]);
  const edge = (byte) => {
    if (!edges.has(byte)) edges.set(byte, { on: [], off: [] });
    return edges.get(byte);
  };
  for (const mark of marks) {
    const [start, end] = [Math.max(0, mark.start - base), mark.end - base];
    if (end <= start) continue;
    edge(start).on.push(mark);
    edge(end).off.push(mark);
  }
  const bytes = [...edges.keys()].sort((a, b) => a - b);
  const at = units(text, bytes);
  const active = new Set();
  const found = bytes.map((byte, number) => {
    edges.get(byte).off.forEach((mark) => active.delete(mark));
    edges.get(byte).on.forEach((mark) => active.add(mark));
    return { start: at[number], end: at[number + 1] ?? text.length, marks: [...active] };
  });
  return found.filter((piece) => piece.end > piece.start);
}

/** A stretch as text, or as an element where it is marked. */
export function node(text, marks) {
  if (marks.length === 0) return text;
  const names = marks.map((mark) => mark.name).join(' ');
  const why = marks.find((mark) => mark.why);
  const name = marks.some((mark) => mark.name === 'hit' || mark.name === 'best') ? 'mark' : 'span';
  return el(name, { class: names, title: why?.why, tabindex: why?.focusable ? 0 : null }, text);
}

/** A short text with its marks, without its empty lines. */
export function marked(text, marks, base) {
  const dense = (piece) => text.slice(piece.start, piece.end).replace(/\n\s*\n/gu, '\n');
  return pieces(text, marks, base).map((piece) => node(dense(piece), piece.marks));
}

/** The marks of an answer: the best sentence, the words that met, what was not read. */
export function marksOf(answer) {
  const { passage, met } = answer;
  const words = met.filter((word) => word.similarity >= TOLD).map((word) => mark(word, 'met'));
  const best = passage.best ? [mark(passage.best, 'best')] : [];
  return [...best, ...joined(words), ...omissions(passage.omitted)];
}

/** The marks of stretches that were not read. */
export function omissions(omitted, focusable = false) {
  return omitted.map((span) => ({ ...mark(span, 'omitted'), why: reasonOf(span.reason), focusable }));
}

export function mark(span, name) {
  return { start: span.start_byte, end: span.end_byte, name };
}

/** Words side by side get one line: Japanese words are met in parts. */
function joined(words) {
  words.sort((a, b) => a.start - b.start);
  const lines = [];
  for (const word of words) {
    const before = lines.at(-1);
    if (before && word.start <= before.end) before.end = Math.max(before.end, word.end);
    else lines.push({ ...word });
  }
  return lines;
}
