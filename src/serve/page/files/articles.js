// The list of articles.
import { get } from './api.js';
import { el, external, nameOf, quoted, say } from './dom.js';
import { link, replace } from './route.js';
import { language, languageName, number, t } from './strings.js';

/** Articles of one request, the most that the server gives. */
const STEP = 1000;
/** Rows of a page of the list. */
const ROWS = 100;
const COLUMNS = ['title', 'lang', 'published', 'passages', 'id'];
const NAMES = { title: 'title', lang: 'language', published: 'date', passages: 'passages', id: 'id' };

/** Every article that was read so far; `changed` is called when there are more. */
let store = null;

export async function articles(main, params, signal, settled) {
  const { generation, articles: total } = await get('status', {}, signal);
  if (store?.generation !== generation || store.failed) {
    store = { generation, total, list: [], done: false, failed: null, changed: null };
    fill(store);
  }
  await store.first;
  if (signal.aborted) return null;
  if (store.failed) throw store.failed;
  settled();
  const view = new List(main, params);
  view.update();
  store.changed = () => view.update();
  signal.addEventListener('abort', () => {
    store.changed = null;
  });
  say(t('total', store.total));
  return t('articles');
}

/** Reads all articles, page after page. It goes on while other views are shown. */
function fill(own) {
  const page = async () => {
    const answer = await get('articles', { limit: STEP, offset: own.list.length });
    own.total = answer.total;
    own.list.push(...answer.articles.map(slim));
    own.done = own.list.length >= own.total || answer.articles.length === 0;
    own.sorted = null;
  };
  const rest = async () => {
    while (!own.done) {
      await page();
      own.changed?.();
    }
  };
  const failed = (error) => {
    own.failed = error;
    own.done = true;
  };
  own.first = page().catch(failed);
  own.first.then(rest).catch(failed);
}

/** What the list needs of an article; a hundred thousand are kept. */
function slim(article) {
  const { id, title, lang, published, passages, source_url } = article;
  const name = nameOf(article);
  return {
    id,
    title,
    name,
    lang,
    published,
    passages,
    source_url,
    folder: id.split('/')[0],
    key: `${title ?? ''} ${id}`.toLowerCase(),
  };
}

class List {
  constructor(main, params) {
    this.params = params;
    this.page = Number(params.get('page')) || 1;
    this.count = el('p', { class: 'faint', role: 'status' });
    this.body = el('tbody', {});
    this.heads = el('tr', {});
    this.pager = el('nav', { class: 'pager', 'aria-label': t('articles') });
    this.form = this.filters();
    const table = el('table', { class: 'list' }, el('thead', {}, this.heads), this.body);
    main.replaceChildren(el('h1', {}, t('articles')), this.form, this.count, table, this.pager);
  }

  filters() {
    const find = el('input', { type: 'search', name: 'find', 'aria-label': t('find'), placeholder: t('find') });
    find.value = this.params.get('find') ?? '';
    this.languages = el('select', { name: 'only', 'aria-label': t('language') });
    this.folders = el('select', { name: 'in', 'aria-label': t('folder') });
    this.sorting = el('select', { name: 'sort', 'aria-label': t('sort') }, COLUMNS.flatMap(orders));
    this.sorting.value = this.params.get('sort') ?? 'id';
    const changed = () => {
      this.page = 1;
      this.update();
    };
    const form = el('form', { class: 'list-filters', onsubmit: (event) => event.preventDefault(), oninput: changed });
    form.append(find, this.languages, this.folders, this.sorting);
    return form;
  }

  /** Draws what has changed and keeps the address in step. */
  update() {
    if (store.done || this.languages.options.length === 0) this.choose();
    const given = Object.fromEntries(new FormData(this.form));
    const found = this.found(given);
    const pages = Math.max(1, Math.ceil(found.length / ROWS));
    this.page = Math.min(this.page, pages);
    replace(
      link('articles', this.params, {
        ...given,
        sort: given.sort === 'id' ? '' : given.sort,
        page: this.page > 1 ? this.page : '',
      }),
    );
    const rows = found.slice((this.page - 1) * ROWS, this.page * ROWS);
    // While articles come in, rows that stay keep the focus of the reader.
    this.columns = COLUMNS.filter((name) => name !== 'published' || store.list.some(({ published }) => published));
    const key = [given.sort, this.columns.length, ...rows.map(({ id }) => id)].join('\n');
    if (key !== this.key) {
      this.heads.replaceChildren(...this.columns.map((name) => this.head(name, given.sort)));
      this.body.replaceChildren(...rows.map((article) => this.row(article)));
    }
    this.key = key;
    const all = t('total', found.length);
    this.count.textContent = store.done ? all : `${all} · ${t('loaded', store.list.length, store.total)}`;
    this.turn(pages);
  }

  choose() {
    this.choices(
      this.languages,
      'only',
      (article) => article.lang ?? '-',
      (tag) => (tag === '-' ? t('unknown') : languageName(tag)),
      t('language'),
    );
    this.choices(
      this.folders,
      'in',
      (article) => article.folder,
      (name) => name,
      t('folder'),
    );
  }

  /** Fills a list of choices with what there is. */
  choices(select, name, keyOf, nameOfKey, label) {
    const counts = new Map();
    for (const article of store.list) counts.set(keyOf(article), (counts.get(keyOf(article)) ?? 0) + 1);
    const chosen = select.value || (select.options.length === 0 ? (this.params.get(name) ?? '') : '');
    const sorted = [...counts].sort((a, b) => b[1] - a[1]);
    const option = ([key, count]) =>
      el('option', { value: key, selected: key === chosen }, `${nameOfKey(key)} (${number(count)})`);
    select.replaceChildren(el('option', { value: '' }, `${label}: ${t('all')}`), ...sorted.map(option));
  }

  found(given) {
    const words = given.find.toLowerCase().split(/\s+/u).filter(Boolean);
    const fits = (article) =>
      (!given.only || (article.lang ?? '-') === given.only) &&
      (!given.in || article.folder === given.in) &&
      words.every((word) => article.key.includes(word));
    return sorted(given.sort).filter(fits);
  }

  head(name, sort) {
    const active = sort.replace('-', '') === name;
    const order = active ? (sort.startsWith('-') ? 'descending' : 'ascending') : null;
    const change = () => {
      this.sorting.value = sort === name ? `-${name}` : name;
      this.page = 1;
      this.update();
      this.heads.querySelector(`[data-name="${name}"]`).focus();
    };
    const arrow = { ascending: ' ↑', descending: ' ↓' }[order] ?? '';
    const button = el('button', { type: 'button', 'data-name': name, onclick: change }, t(NAMES[name]) + arrow);
    return el('th', { scope: 'col', class: name, 'aria-sort': order }, button);
  }

  row(article) {
    const href = link('read', this.params, { id: article.id });
    const title = el('td', { class: 'title' }, quoted('a', nameOf(article), article.lang, { href }));
    if (article.source_url) title.append(' ', external(article.source_url, null, { class: 'faint' }));
    const cells = {
      title,
      lang: el('td', { class: 'lang' }, article.lang ? languageName(article.lang) : ''),
      published: el('td', { class: 'published' }, article.published ?? ''),
      passages: el('td', { class: 'passages' }, number(article.passages)),
      id: quoted('td', article.id, null, { class: 'id path' }),
    };
    return el(
      'tr',
      {},
      this.columns.map((name) => cells[name]),
    );
  }

  turn(pages) {
    const to = (page) => () => {
      this.page = page;
      this.update();
      scrollTo(0, 0);
    };
    this.pager.replaceChildren(
      el('button', { type: 'button', disabled: this.page === 1, onclick: to(this.page - 1) }, t('previous')),
      el('span', {}, t('page', this.page, pages)),
      el('button', { type: 'button', disabled: this.page === pages, onclick: to(this.page + 1) }, t('next')),
    );
    this.pager.hidden = pages === 1;
  }
}

function orders(name) {
  const option = (value, arrow) => el('option', { value }, `${t('sort')}: ${t(NAMES[name])} ${arrow}`);
  return [option(name, '↑'), option(`-${name}`, '↓')];
}

/** The articles in an order, kept until there are more. What an article lacks comes last. */
function sorted(sort) {
  if (store.sorted?.sort === sort) return store.sorted.list;
  const title = sort.endsWith('title');
  const name = title ? 'name' : sort.replace('-', '');
  const sign = sort.startsWith('-') ? -1 : 1;
  const texts = new Intl.Collator(language(), { numeric: true });
  const compare = (a, b) => {
    const [x, y] = [a[name], b[name]];
    if (x === y) return 0;
    if (x === null || y === null) return x === null ? 1 : -1;
    return sign * (title ? texts.compare(x, y) : x < y ? -1 : 1);
  };
  // The server gives the order of ids.
  const list = sort === 'id' ? store.list : [...store.list].sort(compare);
  store.sorted = { sort, list };
  return list;
}
