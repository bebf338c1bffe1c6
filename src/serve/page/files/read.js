// The view of an article with a passage marked; or of two side by side.
import { get, getOnce, postOnce } from './api.js';
import { confidence, facts, place } from './answer.js';
import { citeMenu, locators } from './cite.js';
import { el, nameOf, quoted, say } from './dom.js';
import { paged } from './pages.js';
import { link, request } from './route.js';
import { between, similarTo } from './similar.js';
import { mark, omissions, slice } from './spans.js';
import { body } from './text.js';
import { t } from './strings.js';

/** If an article leaves out more stretches, they are not stops of the Tab key: nobody wants to pass a thousand readings. */
const STOPS = 60;

/** If the reader is `returning`, the page puts them back to where they were, not to the passage. */
export async function read(main, params, signal, settled, returning) {
  const other = params.get('with');
  const [first, second] = await Promise.all([
    opened(params.get('id') ?? '', params, signal),
    other && opened(other, params, signal),
  ]);
  if (signal.aborted) return null;
  const text = second ? null : await paged(first, textOf(first), signal);
  if (signal.aborted) return null;
  settled();
  if (second) await both(main, params, first, second, signal);
  else one(main, params, first, text, signal, returning);
  say(nameOf(first.article));
  return nameOf(first.article);
}

/** An article, the passage that is marked, and the answers of the question in it. */
async function opened(id, params, signal) {
  const asked = request(params);
  const answering = asked && postOnce('query', asked, signal).catch(() => null);
  const { passage, ...whole } = await found(id, signal);
  const results = (await answering)?.results ?? [];
  const answers = results.filter((answer) => answer.article.id === whole.article.id);
  const own = answers.find((answer) => answer.passage.id === passage?.id);
  return { ...whole, passage, answers, best: own?.passage.best };
}

/** What an id (`a.txt`, `a.txt#3`, `a.txt#3-4`) or a citation (`a.txt:7-9`) names. */
async function found(id, signal) {
  const [, name, first, last = first] = /^(.+)#(\d+)(?:-(\d+))?$/u.exec(id) ?? [];
  // The name of an article may itself end like that.
  const other = (error) => {
    if (error.status !== 404) throw error;
    return null;
  };
  if (name) {
    const whole = await getOnce('article', { id: name }, signal).catch(other);
    if (whole) return { ...whole, passage: together(whole, Number(first), Number(last)) };
  } else if (/:\d+(-\d+)?$/u.test(id)) {
    const shown = await get('passage', { id }, signal).catch(other);
    if (shown) return { ...(await getOnce('article', { id: shown.article.id }, signal)), passage: shown.passage };
  }
  return { ...(await getOnce('article', { id }, signal)), passage: null };
}

/** Consecutive passages as one; null where there are none of these numbers. */
function together({ article, text, passages }, first, last) {
  const [from, to] = [passages[first - 1], passages[last - 1]];
  if (!from || !to || last < first) return null;
  const { start_byte, start_line, locator } = from;
  const { end_byte, end_line } = to;
  const ends = to.end_locator ?? to.locator;
  const end_locator = ends === locator ? null : ends;
  const id = `${article.id}#${first}${last > first ? `-${last}` : ''}`;
  const where = { start_byte, end_byte, start_line, end_line, locator, end_locator };
  return { id, ...where, text: slice(text, start_byte, end_byte) };
}

/** `text` is how it is shown: with `node`, and `scroll` to a byte of it. */
function one(main, params, opening, text, signal, returning) {
  const { article, passage, outline = [] } = opening;
  const jump = ({ start_byte: start }) => el('button', { type: 'button', onclick: () => text.scroll(start) });
  const similar = el('details', { class: 'similar' }, el('summary', {}, el('h2', {}, t('nearest'))));
  const parts = [similar];
  if (outline.length > 1) parts.unshift(headings(outline, jump));
  if (opening.answers.length > 0) parts.unshift(answersHere(opening, params));
  main.replaceChildren(
    ...headOf(opening, params),
    el('div', { class: 'columns' }, text.node, el('aside', { 'aria-label': t('nearest') }, parts)),
  );
  const wide = matchMedia('(min-width: 60rem)').matches;
  for (const details of main.querySelectorAll('aside > details')) details.open = wide;
  const fill = () => similarTo(similar, article.id, params, signal);
  if (wide) fill();
  else similar.addEventListener('toggle', fill, { once: true });
  if (passage && !returning) text.scroll(passage.start_byte);
  else scrollTo(0, 0);
}

/** The bar that stays in sight, and what is known of the article. */
function headOf({ article, passage }, params) {
  const back = params.get('q')
    ? el('a', { href: link('search', params), title: params.get('q') }, '← ', t('answers'))
    : null;
  const tools = passage
    ? [el('a', { href: link('read', params, { id: article.id }) }, t('whole')), citeMenu(article, passage)]
    : [];
  const where = [
    place(article, passage),
    passage?.locator ? quoted('span', locators(passage)) : null,
  ];
  return [
    el('div', { class: 'stuck' }, back, quoted('h1', nameOf(article), article.lang), tools),
    el('div', { class: 'reading' }, facts(article, where)),
  ];
}

function answersHere({ answers, passage }, params) {
  const item = (answer) => {
    const href = link('read', params, { id: answer.passage.id });
    const current = answer.passage.id === passage?.id ? 'true' : null;
    const lines = t('lines', answer.passage.start_line, answer.passage.end_line);
    return el('li', {}, el('a', { href, 'aria-current': current }, lines), confidence(answer.confidence));
  };
  return el(
    'details',
    { class: 'here' },
    el('summary', {}, el('h2', {}, t('answersHere'))),
    el('ol', {}, answers.map(item)),
  );
}

function headings(outline, jump) {
  const item = (heading) => {
    const button = jump(heading);
    button.append(quoted('span', heading.text));
    return el('li', { class: `level-${Math.min(heading.level, 4)}` }, button);
  };
  return el(
    'details',
    { class: 'outline' },
    el('summary', {}, el('h2', {}, t('outline'))),
    el('ol', {}, outline.map(item)),
  );
}

/** The text with everything that is marked in it. */
function textOf({ article, text, passages, passage, answers, best, omitted }) {
  const left = omitted ?? passages.flatMap((one) => one.omitted);
  const others = answers.filter((answer) => answer.passage.id !== passage?.id);
  const marks = [
    ...others.map((answer) => mark(answer.passage, 'pale')),
    ...(passage ? [mark(passage, 'hit')] : []),
    ...(best ? [mark(best, 'best')] : []),
    ...omissions(left, left.length <= STOPS),
  ];
  return body(text, marks, article.lang);
}

async function both(main, params, first, second, signal) {
  const pane = (opening) => {
    const text = textOf(opening);
    const { article, passage } = opening;
    const href = link('read', params, { id: passage?.id ?? article.id });
    const title = quoted('a', nameOf(article), article.lang, { href });
    const box = el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': nameOf(article) }, text.node);
    return { node: el('section', { class: 'pane' }, el('h2', {}, title), facts(article, [place(article, passage)]), box), text, passage };
  };
  const panes = [pane(first), pane(second)];
  const pairs = el('details', { class: 'pairs-above' }, el('summary', {}, t('pairs')));
  main.replaceChildren(
    el('h1', {}, t('compare')),
    el('p', { class: 'faint' }, t('bothScroll')),
    pairs,
    el(
      'div',
      { class: 'panes' },
      panes.map(({ node }) => node),
    ),
  );
  scrollTo(0, 0);
  for (const { text, passage } of panes) if (passage) text.scroll(passage.start_byte);
  await between(pairs, first.article.id, second.article.id, params, signal);
}
