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

/** `path:7-9`, as tane cites. */
export function citation(article, passage) {
  const row = article.row && article.path !== article.id ? `@${article.row}` : '';
  const { start_line: first, end_line: last } = passage;
  return `${article.path}${row}:${first === last ? first : `${first}-${last}`}`;
}

function plainText(article, passage) {
  const source = webAddress(article.source_url)?.href;
  const parts = [article.author, plain(nameOf(article)), article.published, source, citation(article, passage)];
  return `「${plain(passage.text)}」 ${parts.filter(Boolean).join(', ')}`;
}

function markdown(article, passage) {
  const escaped = (text) => plain(text).replace(/[\\`*_[\]<>#]/gu, '\\$&');
  const source = webAddress(article.source_url)?.href;
  const title = escaped(nameOf(article));
  const named = source ? `[${title}](<${source}>)` : title;
  const parts = [
    named,
    article.author && escaped(article.author),
    article.published,
    `\`${citation(article, passage)}\``,
  ];
  return `> ${escaped(passage.text)}\n>\n> — ${parts.filter(Boolean).join(', ')}`;
}

function bibtex(article, passage) {
  const escaped = (text) =>
    plain(text)
      .replace(/[\\{}]/gu, '')
      .replace(/[&%$#_]/gu, '\\$&');
  const source = webAddress(article.source_url)?.href;
  const fields = {
    title: `{${escaped(nameOf(article))}}`,
    author: article.author && escaped(article.author),
    date: article.published,
    url: source,
    langid: article.lang,
    note: escaped(citation(article, passage)),
  };
  const lines = Object.entries(fields)
    .filter(([, value]) => value)
    .map(([name, value]) => `  ${name} = {${value}},`);
  return `@${source ? 'online' : 'misc'}{tane-${article.sha256.slice(0, 12)},\n${lines.join('\n')}\n}`;
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
