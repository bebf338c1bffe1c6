// Asks the server.
import { t } from './strings.js';

/** What went wrong, as the server or the browser says it. Status 0: there was no answer. */
export class Problem extends Error {
  constructor(detail, status) {
    super(detail);
    this.status = status;
  }
}

const TOKEN = 'token';
/** Answers that are kept: going back must not ask again. */
const KEPT = 24;
const answers = new Map();
const large = new Map();

export function setToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

export function get(path, params, signal) {
  return send(`${path}?${new URLSearchParams(params)}`, { signal });
}

export function post(path, body, signal) {
  return send(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
    signal,
  });
}

/** As `post`, and asked once only. */
export function postOnce(path, body, signal) {
  return once(`${path} ${JSON.stringify(body)}`, () => post(path, body, signal));
}

/** As `get`, and asked once only. */
export function getOnce(path, params, signal) {
  return once(`${path} ${JSON.stringify(params)}`, () => get(path, params, signal));
}

async function once(key, ask) {
  await forget();
  if (answers.has(key)) return answers.get(key);
  const answer = await ask();
  answers.set(key, answer);
  if (answers.size > KEPT) answers.delete(answers.keys().next().value);
  return answer;
}

/** The roots of the index: a path below one is shown as its label and what follows. */
let roots = [];

export function relative(path) {
  const root = roots.find((one) => path.startsWith(one.path) && /^[\\/:@]/u.test(path.slice(one.path.length)));
  return root ? root.label + path.slice(root.path.length) : path;
}

/** Of which state of the index the answers are: another one has other bytes and other passages. */
let stamp = null;

/** Forgets the answers of an older state of the index. */
async function forget() {
  const status = await get('status', {});
  const now = [status.generation, status.articles, status.passages, status.bytes].join(' ');
  roots = status.roots;
  if (stamp !== now) answers.clear();
  stamp = now;
}

/** Something large, asked again only when the index has changed. `make` gets the JSON and returns what is kept. */
export async function ofGeneration(key, make, signal) {
  const { generation } = await get('status', {}, signal);
  const known = large.get(key);
  if (known?.generation === generation) return known.value;
  const value = await make();
  large.set(key, { generation, value });
  return value;
}

/** A page of a document as a PNG, and whether letters are missing in it. */
export async function picture(params, signal) {
  const response = await ask(`page.png?${new URLSearchParams(params)}`, { signal });
  return { blob: await response.blob(), incomplete: response.headers.has('Tane-Letters-Missing') };
}

async function send(path, options) {
  return (await ask(path, options)).json();
}

async function ask(path, options, tries = 2) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { ...options.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  let response;
  try {
    response = await fetch(`api/v1/${path}`, { ...options, headers });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(t('gone'), 0);
  }
  if (response.ok) return response;
  if (response.status === 503 && response.headers.has('Retry-After') && tries > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return ask(path, options, tries - 1);
  }
  const problem = await response.json().catch(() => ({}));
  throw new Problem(problem.detail ?? `${response.status} ${response.statusText}`, response.status);
}
