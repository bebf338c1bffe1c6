// Makes elements. Texts become text nodes, never markup: articles are hostile input.

/** Makes an element. A property `onNAME` is a listener; null and false leave a property or a child out. */
export function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  const kept = children.flat(2).filter((child) => child !== null && child !== undefined && child !== false);
  node.append(...kept);
  return node;
}

/** An element with a text of an article. The text keeps its own direction and changes nothing around it. */
export function quoted(name, text, lang, props = {}) {
  const { class: names = '', ...others } = props;
  const node = el(name, { class: `quoted ${names}`, dir: 'auto', lang: lang || null, ...others }, text);
  node.append(closing(node.textContent));
  return node;
}

/** The marks that close what a text leaves open: in browsers an open isolate reaches beyond its element. */
function closing(text) {
  const open = [];
  for (const mark of text.match(/[\u202a-\u202e\u2066-\u2069]/gu) ?? []) {
    const at = open.lastIndexOf('\u2069');
    if (mark === '\u2069') open.splice(at < 0 ? open.length : at);
    else if (mark !== '\u202c') open.push(mark >= '\u2066' ? '\u2069' : '\u202c');
    else if (open.at(-1) === '\u202c') open.pop();
  }
  return open.reverse().join('');
}

/** A link to another site, or only its text where the address is none of http or https. */
export function external(address, text, props = {}) {
  const url = webAddress(address);
  if (!url) return quoted('span', text ?? address, null);
  const node = quoted('a', text ?? url.hostname, null, { rel: 'noopener noreferrer', target: '_blank', ...props });
  node.href = url.href;
  return node;
}

/** The URL, if a browser may open it. */
export function webAddress(address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null;
}

/** A text without the marks that turn the direction of what stands around it. */
export function plain(text) {
  return text
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** A text cut to so many characters. */
export function short(text, length) {
  const letters = Array.from(plain(text.slice(0, length * 8)));
  return letters.length > length ? `${letters.slice(0, length - 1).join('')}…` : letters.join('');
}

/** Says something to screen readers. */
export function say(text) {
  document.getElementById('live').textContent = text;
}

/** What an article is called: its title, if that has a letter. */
export function nameOf(article) {
  return /[\p{L}\p{N}]/u.test(article.title ?? '') ? article.title : article.id;
}

/** Whether somebody is typing there. */
export function isField(node) {
  return node instanceof HTMLElement && node.matches('input, select, textarea');
}
