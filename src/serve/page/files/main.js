// Starts the page: the head with its question, the views, the keys.
import { Problem, setToken } from './api.js';
import { el, isField, plain, say } from './dom.js';
import { link, parse } from './route.js';
import { language, t } from './strings.js';
import { search } from './search.js';
import { read } from './read.js';
import { articles } from './articles.js';
import { map } from './map.js';
import { matrix } from './matrix.js';

const VIEWS = { search, read, articles, map, matrix };
const TABS = ['search', 'articles', 'map', 'matrix'];
/** How long a view may take before the page says that it works. */
const PATIENCE = 200;

const main = document.getElementById('main');
/** Where each step of the history was scrolled to, and which link was followed there. */
const places = new Map();
/** The step that is shown. Each has its number in the history, so that going back is told from something new. */
let step = -1;
let running = new AbortController();

async function show() {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const state = parse(location.hash);
  const view = Object.hasOwn(VIEWS, state.view) ? state.view : 'search';
  const returning = turn();
  head(view, state.params);
  main.className = view;
  main.setAttribute('aria-busy', 'true');
  const waiting = setTimeout(() => main.replaceChildren(el('p', { class: 'working' }, t('busy'))), PATIENCE);
  const settled = () => clearTimeout(waiting);
  signal.addEventListener('abort', settled);
  try {
    const title = await VIEWS[view](main, state.params, signal, settled, Boolean(returning));
    if (signal.aborted) return;
    document.title = title ? `${plain(title)} — tane` : 'tane';
    arrive(returning, view);
  } catch (error) {
    if (!signal.aborted) fail(error);
  } finally {
    settled();
    if (!signal.aborted) main.removeAttribute('aria-busy');
  }
}

/** Goes from one step of the history to another. Returns where the reader was there, if they were. */
function turn() {
  places.set(step, { top: scrollY, focus: document.activeElement?.getAttribute?.('href') });
  const known = history.state?.step;
  step = known ?? step + 1;
  if (known === undefined) history.replaceState({ step }, '');
  return known === undefined ? undefined : places.get(step);
}

/** Puts the reader back to where they were, or to the beginning of something new. */
function arrive(returning, view) {
  if (returning) {
    scrollTo(0, returning.top);
    const links = main.querySelectorAll('a[href]');
    const last = [...links].find((node) => node.getAttribute('href') === returning.focus);
    last?.focus({ preventScroll: true });
    return;
  }
  if (view !== 'read') scrollTo(0, 0);
  if (document.activeElement === document.body) main.focus({ preventScroll: true });
}

function fail(error) {
  if (!(error instanceof Problem)) {
    console.error(error);
  }
  if (error.status === 401) return main.replaceChildren(tokenForm(error.message));
  const again = el('button', { type: 'button', onclick: show }, t('retry'));
  const notice = el(
    'section',
    { class: 'notice', role: 'alert' },
    el('h1', {}, t('failed')),
    el('p', {}, error.message),
    again,
  );
  main.replaceChildren(notice);
}

function tokenForm(detail) {
  const field = el('input', { type: 'password', id: 'token', autocomplete: 'off', required: true });
  const given = (event) => {
    event.preventDefault();
    setToken(field.value.trim());
    show();
  };
  return el(
    'form',
    { class: 'notice', onsubmit: given },
    el('h1', {}, t('tokenNeeded')),
    el('p', {}, detail),
    el('label', { for: 'token' }, t('token')),
    field,
    el('button', {}, 'OK'),
  );
}

/** The head of the page. What has the focus there keeps it. */
function head(view, params) {
  const top = document.getElementById('top');
  const focus = top.contains(document.activeElement) ? document.activeElement.id : '';
  const field = el('input', {
    id: 'q',
    type: 'search',
    'aria-label': t('question'),
    placeholder: t('askSomething'),
    autocomplete: 'off',
    maxlength: 4096,
    dir: 'auto',
  });
  field.value = params.get('q') ?? '';
  const asked = (event) => {
    event.preventDefault();
    go(link('search', params, { q: field.value.trim() }));
  };
  const tab = (name) => el('a', { href: link(name, params), 'aria-current': name === view ? 'page' : null }, t(name));
  top.replaceChildren(
    el('button', { type: 'button', class: 'skip', onclick: () => main.focus() }, t('skip')),
    el('a', { class: 'brand', href: '#/' }, 'tane'),
    el('form', { role: 'search', onsubmit: asked }, field, el('button', {}, t('ask'))),
    el('nav', { 'aria-label': 'tane' }, TABS.map(tab)),
    el('div', { class: 'switches' }, languageSwitch(), themeSwitch()),
  );
  if (focus) document.getElementById(focus).focus();
}

function languageSwitch() {
  const change = () => {
    document.documentElement.lang = language() === 'ja' ? 'en' : 'ja';
    keep('lang', document.documentElement.lang);
    show();
  };
  const other = language() === 'ja' ? 'en' : 'ja';
  const names = { type: 'button', id: 'lang', title: t('otherLanguageName'), lang: other, onclick: change };
  return el('button', names, t('otherLanguage'));
}

function themeSwitch() {
  const change = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    keep('theme', root.dataset.theme);
    dispatchEvent(new Event('theme'));
  };
  return el(
    'button',
    { type: 'button', id: 'theme', 'aria-label': t('theme'), title: t('theme'), onclick: change },
    '◐',
  );
}

function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // The browser may refuse storage; the choice then lasts until the page is closed.
  }
}

function go(hash) {
  if (hash === location.hash) show();
  else location.hash = hash;
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = isField(event.target);
  if (event.key === '/' && !typing) {
    event.preventDefault();
    document.getElementById('q').select();
    document.getElementById('q').focus();
  } else if (event.key === 'Escape') {
    escape(event.target, typing);
  } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && main.classList.contains('search')) {
    if (!typing || event.target.id === 'q') move(event, event.key === 'ArrowDown' ? 1 : -1);
  }
}

/** Escape closes what is open, else leaves a field, else goes back. */
function escape(target, typing) {
  const open = target.closest?.('details.menu[open]');
  if (open) {
    open.open = false;
    open.querySelector('summary').focus();
  } else if (typing) {
    target.blur();
  } else if (parse(location.hash).view !== 'search') {
    if (step > 0) history.back();
    else location.hash = '#/';
  }
}

/** Moves the focus from answer to answer. */
function move(event, step) {
  const answers = [...main.querySelectorAll('.answer h2 a')].filter((node) => node.checkVisibility());
  if (answers.length === 0) return;
  event.preventDefault();
  const here = document.activeElement.closest('.answer')?.querySelector('h2 a');
  const next = here ? answers.indexOf(here) + step : 0;
  if (next < 0) document.getElementById('q').focus();
  else answers[Math.min(next, answers.length - 1)].focus();
}

document.addEventListener('click', (event) => {
  for (const open of document.querySelectorAll('details.menu[open]')) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener('keydown', key);
addEventListener('hashchange', show);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dispatchEvent(new Event('theme')));
addEventListener('unhandledrejection', (event) => {
  if (event.reason?.name === 'AbortError') event.preventDefault();
});
history.scrollRestoration = 'manual';
show();
