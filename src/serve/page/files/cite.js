// Citations to copy.
import { el, nameOf, plain, say, webAddress } from './dom.js';
import { t } from './strings.js';

/** A menu that copies the citation of a passage. */
export function citeMenu(article, passage) {
  const item = (name, text) => el('button', { type: 'button', onclick: (event) => copy(text, event.target) }, name);
  return el(
    'details',
    { class: 'menu cite' },
    el('summary', {}, t('cite')),
    el(
      'div',
      {},
      item(t('plain'), plainText(article, passage)),
      item('Markdown', markdown(article, passage)),
      item('BibTeX', bibtex(article, passage)),
    ),
  );
}

/** `folder/article.txt:7-9`: a name that `tane show` takes. */
export function citation(article, passage) {
  const { start_line: first, end_line: last } = passage;
  return `${article.id}:${first === last ? first : `${first}-${last}`}`;
}

/** Where lines mean nothing: `page 3`, `pages 3-4`, or where another locator begins and ends. */
export function locators({ locator, end_locator: ends }) {
  if (!locator || !ends) return locator;
  const pages = /^page (\d+) page (\d+)$/u.exec(`${locator} ${ends}`);
  return pages ? `pages ${pages[1]}-${pages[2]}` : `${locator} - ${ends}`;
}

export function plainText(article, passage) {
  const source = webAddress(article.source_url)?.href;
  const where = [citation(article, passage), locators(passage)];
  const parts = [article.author, nameOf(article), article.published, source, ...where];
  const said = parts.filter(Boolean).map(plain);
  return `「${plain(passage.text)}」 ${said.join(', ')}`;
}

/** A text as CommonMark that shows it: on one line, with a backslash before each mark that means something. */
function inMarkdown(text) {
  return plain(text)
    .replace(/[\\`*_{}[\]<>#|~&$^!]/gu, '\\$&')
    .replace(/^([-+=:]|\d+(?=[.)]))/u, (mark) => (/\d/u.test(mark) ? `${mark}\\` : `\\${mark}`));
}

/** Code as Markdown: between more backticks than follow each other in it. */
function inCode(text) {
  const runs = plain(text).match(/`+/gu) ?? [];
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  const space = runs.length > 0 ? ' ' : '';
  return fence + space + plain(text) + space + fence;
}

export function markdown(article, passage) {
  const source = address(article)
    ?.replace(/[<>]/gu, encodeURIComponent)
    .replace(/&(?=#?\w+;)/gu, '\\&');
  const title = inMarkdown(nameOf(article));
  const named = source ? `[${title}](<${source}>)` : title;
  const where = locators(passage);
  const parts = [
    named,
    article.author && inMarkdown(article.author),
    article.published,
    inCode(citation(article, passage)),
    where && inMarkdown(where),
  ];
  return `> ${inMarkdown(passage.text)}\n>\n> — ${parts.filter(Boolean).join(', ')}`;
}

/** The address of the source, without what ends a field of BibTeX or is an escape in Markdown. */
function address(article) {
  const encoded = (mark) => `%${mark.codePointAt(0).toString(16).toUpperCase()}`;
  return webAddress(article.source_url)?.href.replace(/[{}\\^`]/gu, encoded);
}

const TEX = {
  '\\': '\\textbackslash{}',
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
};

/** A text as TeX that shows it. Its braces become commands: a lone one would end the field, even behind a backslash. */
function inTex(text) {
  return plain(text).replace(/[\\{}~^<>|&%$#_]/gu, (mark) => TEX[mark] ?? `\\${mark}`);
}

export function bibtex(article, passage) {
  const source = address(article);
  const fields = {
    // The second braces keep capitals, and a name is not cut at `and` or a comma.
    title: `{${inTex(nameOf(article))}}`,
    author: article.author && `{${inTex(article.author)}}`,
    date: article.published,
    url: source,
    langid: article.lang,
    note: inTex([citation(article, passage), locators(passage)].filter(Boolean).join(', ')),
  };
  const lines = Object.entries(fields)
    .filter(([, value]) => value)
    .map(([name, value]) => `  ${name} = {${value}},`);
  return `@${source ? 'online' : 'misc'}{${keyOf(article, passage)},\n${lines.join('\n')}\n}`;
}

/** Two passages of an article are two entries, and so are two articles of a file. */
function keyOf(article, passage) {
  const parts = ['tane', article.sha256.slice(0, 12), article.row, /#([\d-]+)$/u.exec(passage.id)?.[1]];
  return parts
    .filter(Boolean)
    .join('-')
    .replace(/[^0-9A-Za-z-]/gu, '');
}

async function copy(text, button) {
  const done = (await written(text)) ? t('copied') : t('copyFailed');
  say(done);
  const name = button.textContent;
  button.textContent = done;
  setTimeout(() => {
    button.textContent = name;
  }, 1500);
}

async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return selected(text);
  }
}

/** Pages at plain http addresses other than this machine have no clipboard; the old command works there. */
function selected(text) {
  const field = el('textarea', { class: 'unseen', 'aria-hidden': 'true' });
  field.value = text;
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  before?.focus();
  return done;
}
