// Similar articles, and the pairs of passages that say why.
import { postOnce } from './api.js';
import { el, nameOf, quoted, short } from './dom.js';
import { link } from './route.js';
import { t } from './strings.js';

const ARTICLES = 8;
const PAIRS = 3;
/** Pairs where two articles were chosen. */
const ALL_PAIRS = 5;
/** Characters of a passage in a pair. */
const LENGTH = 64;

/** Lists the articles that are most like one. */
export async function similarTo(box, id, params, signal) {
  const asked = { article: id, limit: ARTICLES, pairs: PAIRS };
  await filled(box, asked, signal, ({ results }) => {
    if (results.length === 0) return [el('p', { class: 'faint' }, t('noSimilar'))];
    return [
      el(
        'ol',
        { class: 'alike' },
        results.map((result) => el('li', {}, article(result, params), pairs(result, params))),
      ),
    ];
  });
}

/** Lists the pairs of passages of two articles. */
export async function between(box, id, other, params, signal) {
  const asked = { article: id, with: other, pairs: ALL_PAIRS };
  await filled(box, asked, signal, ({ results }) => {
    if (results.length === 0) return [el('p', { class: 'faint' }, t('noSimilar'))];
    return results.map((result) => pairs(result, params));
  });
}

/** Asks, and puts what `make` makes of the answer behind the heading of a box. */
async function filled(box, asked, signal, make) {
  const heading = box.firstElementChild;
  box.setAttribute('aria-busy', 'true');
  box.replaceChildren(heading, el('p', { class: 'faint' }, t('busy')));
  try {
    const answer = await postOnce('similar', asked, signal);
    if (!signal.aborted) box.replaceChildren(heading, ...make(answer));
  } catch (error) {
    if (!signal.aborted) box.replaceChildren(heading, el('p', { role: 'alert' }, error.message));
  }
  box.removeAttribute('aria-busy');
}

function article({ article: found, score, duplicate }, params) {
  return [
    quoted('a', nameOf(found), found.lang, { href: link('read', params, { id: found.id }) }),
    el('span', { class: 'score' }, score.toFixed(2)),
    duplicate ? el('b', { class: 'badge' }, t('duplicate')) : null,
  ];
}

function pairs({ pairs: all, article: found }, params) {
  const item = ({ from, to, score }) => {
    const href = link('read', params, { id: from.id, with: to.id });
    return el(
      'li',
      {},
      el('a', { href }, quoted('span', short(from.text, LENGTH)), quoted('span', short(to.text, LENGTH), found.lang)),
      el('span', { class: 'score' }, score.toFixed(2)),
    );
  };
  return el('ul', { class: 'pairs' }, all.map(item));
}
