// The state of the page is its address after `#`, so that back, forward and copied links work. The part after `#` never
// leaves the browser, so questions stay out of logs.

/** What a question is made of; every view keeps these. */
const QUESTION = ['q', 'lang', 'source', 'since', 'until', 'article', 'n'];

export const DEFAULT_NUMBER = 10;

/** The view that an address names, and its parameters. */
export function parse(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/u, '').split('?');
  return { view: path || 'search', params: new URLSearchParams(query) };
}

/** The address of a view. The question of `params` comes along. */
export function link(view, params, more = {}) {
  const next = new URLSearchParams();
  for (const name of QUESTION) {
    const value = params.get(name);
    if (value) next.set(name, value);
  }
  for (const [name, value] of Object.entries(more)) {
    if (value === null || value === undefined || value === '') next.delete(name);
    else next.set(name, value);
  }
  const query = next.toString();
  return `#/${view === 'search' ? '' : view}${query ? `?${query}` : ''}`;
}

/** The request that a question stands for; null without one. */
export function request(params) {
  const query = params.get('q')?.trim();
  if (!query) return null;
  const asked = { query, limit: Number(params.get('n')) || DEFAULT_NUMBER, explain: true };
  const lang = (params.get('lang') ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean);
  if (lang.length > 0) asked.lang = lang;
  for (const name of ['source', 'since', 'until', 'article']) {
    const value = params.get(name)?.trim();
    if (value) asked[name] = value;
  }
  return asked;
}

/** Changes the address without a step in the history. */
export function replace(hash) {
  history.replaceState(history.state, '', hash);
}
