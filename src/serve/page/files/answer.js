// One answer of a question, and why it is one.
import { citeMenu } from './cite.js';
import { el, external, nameOf, quoted } from './dom.js';
import { link } from './route.js';
import { marked, marksOf } from './spans.js';
import { language, languageName, number, t } from './strings.js';

export function answer(result, params) {
  const { article, passage } = result;
  const target = link('read', params, { id: passage.id });
  const title = quoted('a', nameOf(article), article.lang, { href: target });
  return el(
    'article',
    { class: 'answer' },
    el(
      'header',
      {},
      el('span', { class: 'rank' }, String(result.rank)),
      el('h2', {}, title),
      confidence(result.confidence),
    ),
    facts(article, [
      quoted('span', result.citation, null, { class: 'path' }),
      passage.locator ? quoted('span', passage.locator) : null,
    ]),
    quoted('p', marked(passage.text, marksOf(result), passage.start_byte), article.lang, { class: 'text' }),
    el('footer', {}, also(result.duplicates, params), why(result), citeMenu(article, passage)),
  );
}

/** A bar and the percentage. */
export function confidence(value) {
  if (value === null || value === undefined) return null;
  const percent = Math.round(100 * value);
  const meter = el('i', {});
  meter.style.inlineSize = `${percent}%`;
  const names = { class: percent < 10 ? 'bar faint' : 'bar', role: 'img', 'aria-label': t('confidence', percent) };
  return el(
    'span',
    { class: 'confidence' },
    el('span', names, meter),
    el('span', { 'aria-hidden': 'true' }, `${percent} %`),
  );
}

/** One line of small facts about an article. */
export function facts(article, first = []) {
  const source = article.source_url ? external(article.source_url) : null;
  const parts = [
    ...first,
    source,
    article.author ? quoted('span', article.author) : null,
    article.published,
    article.lang ? languageName(article.lang) : null,
  ];
  return el(
    'p',
    { class: 'facts' },
    parts.filter(Boolean).map((part) => el('span', {}, part)),
  );
}

function also(citations, params) {
  if (citations.length === 0) return null;
  const item = (citation) =>
    el('li', {}, quoted('a', citation, null, { href: link('read', params, { id: citation }) }));
  return el('details', {}, el('summary', {}, t('also', citations.length)), el('ul', {}, citations.map(item)));
}

/** What the score is made of. It is drawn when somebody asks. */
function why(result) {
  if (!result.explanation) return null;
  const details = el('details', { class: 'why' }, el('summary', {}, t('why')));
  const draw = () => details.append(...parts(result), terms(result.explanation), met(result.met));
  details.addEventListener('toggle', draw, { once: true });
  return details;
}

function parts({ explanation }) {
  const { dense, background_mean: mean, background_spread: spread, z_chance: chance } = explanation;
  const all = [
    ['meaning', dense === null ? 0 : dense - mean],
    ['words', explanation.keyword_part],
    ['secondLook', explanation.late_part],
  ];
  const whole =
    Math.max(
      chance * spread,
      all.reduce((sum, [, value]) => sum + Math.max(0, value), 0),
    ) || 1;
  const piece = ([name, value]) => {
    const bar = el('i', { class: name });
    bar.style.inlineSize = `${(100 * Math.max(0, value)) / whole}%`;
    return bar;
  };
  const signed = (value) =>
    value.toLocaleString(language(), { minimumFractionDigits: 3, maximumFractionDigits: 3, signDisplay: 'always' });
  const key = ([name, value]) => el('li', {}, el('i', { class: name }), t(name), ' ', el('b', {}, signed(value)));
  const line = el('u', {});
  line.style.insetInlineStart = `${(100 * chance * spread) / whole}%`;
  return [
    el('div', { class: 'stack', 'aria-hidden': 'true' }, all.map(piece), line),
    el(
      'ul',
      { class: 'key' },
      all.map(key),
      el('li', {}, el('u', {}), t('chance'), ' ', el('b', {}, signed(chance * spread))),
    ),
    el('p', { class: 'faint' }, t('beyond')),
  ];
}

function terms({ terms: all }) {
  if (all.length === 0) return el('p', {});
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

function met(words) {
  if (words.length === 0) return el('p', {});
  const pair = (word) =>
    el(
      'li',
      {},
      quoted('span', word.question),
      ' → ',
      quoted('b', word.text),
      ' ',
      el('small', {}, word.similarity.toFixed(2)),
    );
  const sorted = [...words].sort((a, b) => b.weight * b.similarity - a.weight * a.similarity);
  return el('div', {}, el('h3', {}, t('lateEach')), el('ul', { class: 'met-words' }, sorted.map(pair)));
}
