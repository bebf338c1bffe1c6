// One answer of a question, and why it is one.
import { relative } from './api.js';
import { citation, citeMenu, locators } from './cite.js';
import { el, external, nameOf, quoted } from './dom.js';
import { link } from './route.js';
import { marked, marksOf } from './spans.js';
import { languageName, t } from './strings.js';
import { why } from './why.js';

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
      place(article, passage),
      passage.locator ? quoted('span', locators(passage)) : null,
    ]),
    quoted('p', marked(passage.text, marksOf(result), passage.start_byte), article.lang, { class: 'text' }),
    el('footer', {}, also(result.duplicates, params), why(result, params.get('q') ?? ''), citeMenu(article, passage)),
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

/** Where a passage stands, or the whole article: below the root, as in all lists. The whole path is in the tooltip. */
export function place(article, passage) {
  return quoted('span', passage ? citation(article, passage) : article.id, null, { class: 'path', title: article.path });
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
    el('li', {}, quoted('a', relative(citation), null, { href: link('read', params, { id: citation }), title: citation }));
  return el('details', {}, el('summary', {}, t('also', citations.length)), el('ul', {}, citations.map(item)));
}
