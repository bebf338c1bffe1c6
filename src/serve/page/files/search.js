// The view of a question and its answers.
import { get, postOnce } from './api.js';
import { answer } from './answer.js';
import { el, quoted, say } from './dom.js';
import { DEFAULT_NUMBER, link, request } from './route.js';
import { languageName, t } from './strings.js';

/** A less likely answer is doubtful, and weak if its odds are under this share of the best one's: as on the terminal. */
const DOUBTFUL = 0.1;
const WEAK = 1 / 50;
const LANGUAGES = ['ja', 'en', 'zh', 'ko', 'vi', 'th', 'id', 'es', 'fr', 'de', 'it', 'pt', 'ru', 'ar', 'hi', 'tr'];

export async function search(main, params, signal, settled) {
  const asked = request(params);
  if (!asked) return welcome(main, params, signal);
  let answers;
  try {
    answers = await postOnce('query', asked, signal);
  } catch (error) {
    // What the server refuses is often a filter, so the filters stay in reach.
    if (signal.aborted || error.status === 401 || error.status === 0) throw error;
    settled();
    main.replaceChildren(filters(params), el('p', { class: 'notice', role: 'alert' }, error.message));
    return asked.query;
  }
  if (signal.aborted) return null;
  settled();
  const count = t('results', answers.results.length);
  main.replaceChildren(
    el('h1', { class: 'unseen' }, `${t('results', answers.results.length)}: ${asked.query}`),
    filters(params, answers.results.length > 0 ? `${count} · ${Math.round(answers.took_ms)} ms` : ''),
    ...notes(answers),
    ...list(answers.results, params),
  );
  say(answers.results.length > 0 ? count : t('none'));
  return asked.query;
}

async function welcome(main, params, signal) {
  const status = await get('status', {}, signal);
  const roots = status.roots.map((root) =>
    el(
      'li',
      {},
      quoted('b', root.label),
      ' ',
      t('total', root.articles),
      ' ',
      quoted('span', root.path, null, { class: 'faint' }),
    ),
  );
  const way = (view) => el('li', {}, el('a', { href: link(view, params) }, t(view)), ' ', t(`${view}Way`));
  const body =
    status.articles === 0
      ? [el('p', {}, t('empty')), el('pre', {}, 'tane index ~/articles')]
      : [
          el('p', { class: 'lead' }, t('corpus', status.articles, status.passages)),
          el('ul', { class: 'roots' }, roots),
          el('ul', { class: 'ways' }, ['articles', 'map', 'matrix'].map(way)),
        ];
  main.replaceChildren(
    filters(params),
    el(
      'section',
      { class: 'welcome' },
      el('h1', {}, t('askSomething')),
      body,
      el('p', { class: 'faint' }, t('helpKeys')),
    ),
  );
  // On a phone the keyboard would cover the page.
  if (!matchMedia('(pointer: coarse)').matches) document.getElementById('q').focus({ preventScroll: true });
  return null;
}

function filters(params, count = '') {
  const field = (name, label, props = {}) => {
    const input = el('input', { id: `f-${name}`, name, type: 'text', ...props });
    input.value = params.get(name) ?? '';
    return el('p', {}, el('label', { for: `f-${name}` }, t(label)), input);
  };
  const changed = (event) => {
    const form = event.target.form;
    const given = Object.fromEntries(new FormData(form));
    if (given.n === String(DEFAULT_NUMBER)) given.n = '';
    location.hash = link('search', params, given);
  };
  const names = ['lang', 'source', 'since', 'until', 'article'];
  const active = names.filter((name) => params.get(name)).length;
  const form = el(
    'form',
    { onchange: changed, onsubmit: (event) => event.preventDefault() },
    field('lang', 'filterLang', { list: 'languages' }),
    field('source', 'filterSource'),
    field('article', 'filterArticle', { placeholder: 'news/*' }),
    field('since', 'since', { type: 'date' }),
    field('until', 'until', { type: 'date' }),
    el('p', {}, el('label', { for: 'f-n' }, t('filterNumber')), numbers(params)),
    el(
      'datalist',
      { id: 'languages' },
      LANGUAGES.map((tag) => el('option', { value: tag }, languageName(tag))),
    ),
    active > 0 ? el('a', { href: link('search', new URLSearchParams(), { q: params.get('q') }) }, t('forget')) : null,
  );
  const summary = el('summary', {}, t('filters'), active > 0 ? el('b', { class: 'badge' }, String(active)) : null);
  return el(
    'div',
    { class: 'filters' },
    el('details', { open: active > 0 }, summary, form),
    el('span', { class: 'faint' }, count),
  );
}

function numbers(params) {
  const chosen = params.get('n') ?? String(DEFAULT_NUMBER);
  const choices = [...new Set(['5', '10', '20', '50', '100', chosen])];
  const option = (value) => el('option', { value, selected: value === chosen }, value);
  return el('select', { id: 'f-n', name: 'n' }, choices.map(option));
}

function notes({ notes: said, results }) {
  const doubtful = results.length > 0 && results[0].confidence !== null && results[0].confidence < DOUBTFUL;
  const lines = [...said];
  if (doubtful) lines.push(t('doubtful'));
  if (results.length > 0 && lines.length === 0) return [];
  const heading = results.length === 0 ? [el('h2', {}, t('none'))] : [];
  return [
    el(
      'div',
      { class: 'notice' },
      heading,
      lines.map((line) => quoted('p', line)),
    ),
  ];
}

/** Answers from the first weak one on are folded. */
function list(results, params) {
  const odds = (confidence) => confidence / (1 - confidence);
  const best = results[0]?.confidence;
  const isWeak = ({ confidence }) =>
    confidence !== null && confidence < DOUBTFUL && odds(confidence) < WEAK * odds(best);
  const first = results.findIndex(isWeak);
  const strong = first < 0 ? results : results.slice(0, first);
  const weak = results.slice(strong.length);
  const item = (result) => el('li', {}, answer(result, params));
  const shown = el('ol', { class: 'answers' }, strong.map(item));
  if (weak.length === 0) return [shown];
  const most = Math.round(100 * weak[0].confidence) + 1;
  const unfold = () => {
    fold.remove();
    shown.append(...weak.map(item));
    shown.children[strong.length].querySelector('h2 a').focus();
  };
  const fold = el('button', { type: 'button', class: 'fold', onclick: unfold }, t('more', weak.length, most));
  return [shown, fold];
}
