// The pages of a document as pictures with the passage marked on them, and the switch between pages and text.
import { getOnce, picture } from './api.js';
import { el, say } from './dom.js';
import { t } from './strings.js';

/** Where a passage of a document stands, as the API says it. */
const ON_PAGE = /^page (\d+)$/u;
/** What the reader chose last. */
const CHOSEN = 'document';
/** Pictures are asked for in few widths, so that the browser has most of them already. */
const WIDTHS = [400, 700, 1000, 1400, 2000, 2400];
/** How far outside the window pages are drawn already, and how far away they are let go. */
const NEAR = '100% 0px';

/**
 * The text of an article and, if it is a document with pages, these too: its node, and how to scroll to a byte of the text.
 * Where the pages cannot be shown, the text is.
 */
export async function paged(opening, text, signal) {
  const { article, passages, passage } = opening;
  if (!passages.some(pageOf)) return text;
  const view = new View(article, passages, passage, text, signal);
  if (localStorage.getItem(CHOSEN) === 'text') view.choose('text');
  else await view.pages();
  return view;
}

class View {
  constructor(article, passages, passage, text, signal) {
    Object.assign(this, { article, passages, passage, text, signal, sheets: null });
    this.buttons = ['pages', 'text'].map((name) => {
      const onclick = () => this.clicked(name);
      return el('button', { type: 'button', 'data-view': name, onclick }, t(name === 'pages' ? 'asPages' : 'asText'));
    });
    this.told = el('span', { class: 'faint', hidden: true });
    this.paper = el('div', { class: 'pages', hidden: true });
    const group = el('div', { class: 'views', role: 'group', 'aria-label': t('shownAs') }, this.buttons, this.told);
    this.node = el('div', { class: 'document' }, group, this.paper, text.node);
  }

  /** What the reader presses is remembered. The text opens at the page that was in sight, else at the passage. */
  async clicked(name) {
    localStorage.setItem(CHOSEN, name);
    const { passage } = this;
    const page = this.chosen === 'pages' ? this.pageInSight() : null;
    if (name === 'text') this.choose('text');
    else await this.pages();
    if (this.signal.aborted) return;
    const own = passage && (!page || pageOf(passage) === page);
    const first = own ? passage : this.passages.find((one) => pageOf(one) === page);
    if (first) this.scroll(first.start_byte);
    say(t(this.chosen === 'pages' ? 'asPages' : 'asText'));
  }

  choose(name) {
    this.chosen = name;
    for (const button of this.buttons) button.setAttribute('aria-pressed', String(button.dataset.view === name));
    this.paper.hidden = name !== 'pages';
    this.text.node.hidden = name !== 'text';
  }

  /** Shows the pages, or the text and why there are no pages. */
  async pages() {
    try {
      if (!this.sheets) await this.load();
      this.choose('pages');
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      if (!error.status) throw error;
      this.told.textContent = t('noPages');
      this.told.title = error.message;
      this.told.hidden = false;
      this.buttons[0].disabled = true;
      this.choose('text');
    }
  }

  async load() {
    const { article, passage } = this;
    const { pages, boxes } = await getOnce('pages', { id: passage?.id ?? article.id }, this.signal);
    const drawn = new Drawn(this);
    this.sheets = pages.map((size, at) => {
      const number = at + 1;
      const own = boxes.filter(({ page }) => page === number);
      const sheet = new Sheet(number, pages.length, size, own, this);
      drawn.watch(sheet);
      return sheet;
    });
    const first = this.sheets.find(({ boxes: own }) => own.length > 0);
    // Whoever does not see the marks hears what is marked, on the page where it begins.
    if (first && passage) first.node.append(el('p', { class: 'unseen' }, t('markedOnPage'), passage.text));
    this.paper.replaceChildren(...this.sheets.map(({ node }) => node));
  }

  /** The page at the middle of the window. */
  pageInSight() {
    const isAt = ({ node }) => node.getBoundingClientRect().bottom > innerHeight / 2;
    return (this.sheets.find(isAt) ?? this.sheets.at(-1))?.number;
  }

  scroll(byte) {
    if (this.chosen !== 'pages') return this.text.scroll(byte);
    const marked = byte === this.passage?.start_byte && this.paper.querySelector('.on-page');
    if (marked) return marked.scrollIntoView({ block: 'center', behavior: 'instant' });
    const before = this.passages.filter((one) => one.start_byte <= byte).at(-1) ?? this.passages[0];
    return this.sheets[(pageOf(before) ?? 1) - 1]?.node.scrollIntoView({ block: 'start', behavior: 'instant' });
  }
}

/** A page. */
class Sheet {
  constructor(number, of, { width, height }, boxes, view) {
    Object.assign(this, { number, boxes, view, width: 0, drawing: null });
    this.name = t('page', number, of);
    this.canvas = el('canvas', { role: 'img', 'aria-label': this.name, width: 1, height: 1 });
    this.sheet = el('div', { class: 'sheet' }, this.canvas, boxes.map(mark));
    this.sheet.style.aspectRatio = `${width} / ${height}`;
    this.note = el('p', { class: 'faint', hidden: true });
    this.node = el('figure', { 'data-page': number }, this.sheet, el('figcaption', {}, this.name), this.note);
  }

  async draw() {
    const wanted = this.sheet.clientWidth * devicePixelRatio;
    const width = WIDTHS.find((one) => one >= wanted) ?? WIDTHS.at(-1);
    if (this.drawing || this.width === width || wanted === 0) return;
    const drawing = new AbortController();
    this.drawing = drawing;
    const signal = AbortSignal.any([drawing.signal, this.view.signal]);
    try {
      const { blob, incomplete } = await picture({ id: this.view.article.id, page: this.number, width }, signal);
      const bitmap = await createImageBitmap(blob);
      [this.canvas.width, this.canvas.height, this.width] = [bitmap.width, bitmap.height, width];
      this.canvas.getContext('2d').drawImage(bitmap, 0, 0);
      bitmap.close();
      this.sheet.classList.add('drawn');
      if (incomplete) this.tell(t('lettersMissing'));
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.width = width; // It would fail again.
      this.tell(`${t('notDrawn')} ${error.message}`);
    } finally {
      if (this.drawing === drawing) this.drawing = null;
    }
  }

  /** Gives back what it takes: a long document would take gigabytes. */
  release() {
    this.drawing?.abort();
    this.drawing = null;
    if (!this.sheet.classList.contains('drawn')) return;
    this.sheet.classList.remove('drawn');
    [this.canvas.width, this.canvas.height, this.width] = [1, 1, 0];
  }

  /** Says something below the page, with the way to its text. */
  tell(text) {
    const button = el('button', { type: 'button', onclick: () => this.view.clicked('text') }, t('asText'));
    this.note.replaceChildren(text, ' ', button);
    this.note.hidden = false;
  }
}

/** Draws the pages that come near the window, and lets go of those that are far away. */
class Drawn {
  constructor({ signal }) {
    this.sheets = new Map();
    const seen = (entries) => {
      for (const { target, isIntersecting } of entries) {
        const sheet = this.sheets.get(target);
        if (isIntersecting) sheet.draw();
        else sheet.release();
      }
    };
    this.observer = new IntersectionObserver(seen, { rootMargin: NEAR });
    signal.addEventListener('abort', () => this.observer.disconnect());
    // Wider than before, a page needs more pixels.
    const again = () => {
      this.observer.disconnect();
      for (const node of this.sheets.keys()) this.observer.observe(node);
    };
    addEventListener('resize', again, { signal });
  }

  watch(sheet) {
    this.sheets.set(sheet.node, sheet);
    this.observer.observe(sheet.node);
  }
}

/** The page on which a passage begins. */
function pageOf(passage) {
  const found = ON_PAGE.exec(passage?.locator ?? '');
  return found && Number(found[1]);
}

/** A part of the passage, over the picture. */
function mark({ left, top, right, bottom }) {
  const node = el('div', { class: 'on-page', 'aria-hidden': 'true' });
  const percent = (share) => `${(share * 100).toFixed(3)}%`;
  node.style.left = percent(left);
  node.style.top = percent(top);
  node.style.width = percent(right - left);
  node.style.height = percent(bottom - top);
  return node;
}
