// Why a passage is an answer: first in words, then as a picture, then in numbers.
import { el, quoted } from './dom.js';
import { TOLD } from './spans.js';
import { language, number, t } from './strings.js';

/** Pairs of words that are shown. */
const PAIRS = 8;
/** Words that tell less than this share of what the words tell on average are left out: particles and the like. */
const LEAST = 0.4;

/** It is drawn when somebody asks. */
export function why(result, question) {
  if (!result.explanation) return null;
  const details = el('details', { class: 'why' }, el('summary', {}, t('why')));
  const draw = () => details.append(...reasons(result, question));
  details.addEventListener('toggle', draw, { once: true });
  return details;
}

function reasons({ explanation, met, passage }, question) {
  const parts = partsOf(explanation);
  return [
    ...words(joined(met, question), standing(question, passage.text)),
    el('h3', {}, t('whatSpeaks')),
    ...picture(parts),
    el(
      'details',
      { class: 'numbers' },
      el('summary', {}, t('numbers')),
      key(parts, signed),
      el('p', { class: 'faint' }, t('beyond')),
      terms(explanation.terms),
    ),
  ];
}

/** Words of the question and of the passage that met, side by side; Japanese words are met in parts. */
function joined(met, question) {
  const pairs = [];
  let at = 0;
  const told = met.filter(({ similarity }) => similarity >= TOLD);
  for (const word of told.length > 0 ? told : met) {
    const found = question.indexOf(word.question, at);
    const before = pairs.at(-1);
    const goesOn = before && found === before.end && word.start_byte === before.endByte;
    const own = { from: word.question, to: word.text, weight: word.weight * word.similarity };
    if (found >= 0) at = found + word.question.length;
    if (goesOn) {
      before.from += own.from;
      before.to += own.to;
      before.weight += own.weight;
    } else {
      pairs.push(own);
    }
    Object.assign(pairs.at(-1), { end: found < 0 ? -1 : at, endByte: word.end_byte });
  }
  return pairs;
}

/** Words of the question that stand in a text; those side by side as one. */
function standing(question, text) {
  const folded = text.normalize('NFKC').toLowerCase();
  const found = [];
  let end = -1;
  for (const { segment, index, isWordLike } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(question)) {
    // One letter says something only if it is a word of its own, as Chinese characters are.
    const word = segment.normalize('NFKC').toLowerCase();
    if (!isWordLike || !/\p{sc=Han}|.{2}/u.test(word) || !folded.includes(word)) continue;
    const together = index === end && folded.includes((found.at(-1) + segment).normalize('NFKC').toLowerCase());
    if (together) found.push(found.pop() + segment);
    else found.push(segment);
    end = index + segment.length;
  }
  return [...new Set(found)];
}

/** The words that met; where there was no second look, the words of the question that the passage has. */
function words(pairs, found) {
  const same = (a, b) => a.normalize('NFKC').toLowerCase() === b.normalize('NFKC').toLowerCase();
  const pair = ({ from, to }) =>
    same(from, to)
      ? el('li', {}, quoted('b', to), el('small', {}, t('sameWord')))
      : el('li', {}, quoted('span', from), el('span', {}, '→'), quoted('b', to));
  const whole = pairs.reduce((sum, { weight }) => sum + weight, 0);
  const telling = pairs.filter(({ weight }) => weight >= (LEAST * whole) / pairs.length);
  const best = telling.sort((a, b) => b.weight - a.weight).slice(0, PAIRS);
  if (best.length > 0) return [el('h3', {}, t('met')), el('ul', { class: 'met-words' }, best.map(pair))];
  if (found.length === 0) return [el('p', {}, t('noWords'))];
  const item = (word) => el('li', {}, quoted('b', word));
  return [el('h3', {}, t('found')), el('ul', { class: 'met-words' }, found.slice(0, PAIRS).map(item))];
}

/** What a score is made of, and what chance reaches. */
function partsOf(explanation) {
  const { dense, background_mean: mean, background_spread: spread, z_chance: chance } = explanation;
  const parts = [
    ['meaning', dense === null ? 0 : dense - mean],
    ['words', explanation.keyword_part],
    ['secondLook', explanation.late_part],
  ];
  return { parts, chance: chance * spread };
}

function picture({ parts, chance }) {
  const sum = parts.reduce((all, [, value]) => all + Math.max(0, value), 0);
  const whole = Math.max(chance, sum) || 1;
  const piece = ([name, value]) => {
    const bar = el('i', { class: name });
    bar.style.inlineSize = `${(100 * Math.max(0, value)) / whole}%`;
    return bar;
  };
  const line = el('u', {});
  line.style.insetInlineStart = `${(100 * chance) / whole}%`;
  const shares = ([, value]) => `${Math.round((100 * Math.max(0, value)) / (sum || 1))} %`;
  return [
    el('div', { class: 'stack', 'aria-hidden': 'true' }, parts.map(piece), line),
    key({ parts, chance }, null, shares),
  ];
}

/** The names of the parts, with their values or, without a form for these, with their shares. */
function key({ parts, chance }, form, shares) {
  const item = (part) =>
    el('li', {}, el('i', { class: part[0] }), t(part[0]), ' ', el('b', {}, form ? form(part[1]) : shares(part)));
  const line = el('li', {}, el('u', {}), t('chance'), form ? el('b', {}, ` ${form(chance)}`) : null);
  return el('ul', { class: 'key' }, parts.map(item), line);
}

function signed(value) {
  const digits = { minimumFractionDigits: 3, maximumFractionDigits: 3, signDisplay: 'always' };
  return value.toLocaleString(language(), digits);
}

function terms(all) {
  if (all.length === 0) return null;
  const row = (term) =>
    el(
      'tr',
      { class: term.occurs ? null : 'faint' },
      el('td', {}, term.occurs ? '✓' : '–', ' ', quoted('span', term.term)),
      el('td', {}, term.weight.toFixed(3)),
      el('td', {}, number(term.passages)),
    );
  const names = ['term', 'weight', 'termIn'].map((name) => el('th', { scope: 'col' }, t(name)));
  const sorted = [...all].sort((a, b) => b.weight - a.weight);
  return el(
    'div',
    { class: 'terms', tabindex: 0, role: 'group', 'aria-label': t('term') },
    el('table', {}, el('thead', {}, el('tr', {}, names)), el('tbody', {}, sorted.map(row))),
  );
}
