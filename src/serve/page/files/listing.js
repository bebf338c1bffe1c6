// The points that were chosen on the map, as links.
import { get } from './api.js';
import { el, nameOf, quoted, say, short } from './dom.js';
import { link } from './route.js';
import { countOf, t } from './strings.js';

/** Points that are listed at most. */
const MOST = 200;
/** Passages whose text is fetched: whoever chose more does not read them all. */
const TEXTS = 12;

export class Listing {
  constructor(params, nothing, signal) {
    Object.assign(this, { params, signal });
    this.node = el('section', { class: 'listing', 'aria-label': t('list') }, el('p', { class: 'faint' }, nothing));
  }

  /** Lists points `{article, passage}`; passage 0 is a whole article. `name` is what they have in common. */
  show(points, of, name = '') {
    const all = countOf(points.length, of);
    const shown = points.slice(0, MOST);
    const heading = points.length > MOST ? `${all}, ${t('limits', MOST)}` : all;
    this.node.replaceChildren(
      el('h2', {}, name ? [quoted('span', name), ' · '] : null, heading),
      el(
        'ol',
        {},
        shown.map((point, at) => this.item(point, at)),
      ),
    );
    say(name ? `${name}: ${all}` : all);
  }

  item({ article, passage }, at) {
    const id = passage > 0 ? `${article.id}#${passage}` : article.id;
    const title = quoted('a', nameOf(article), article.lang, { href: link('read', this.params, { id }) });
    const item = el(
      'li',
      {},
      title,
      ' ',
      el('small', {}, passage > 0 ? t('passage', passage) : (article.published ?? '')),
    );
    if (passage > 0 && at < TEXTS) this.fill(item, id, article.lang);
    return item;
  }

  async fill(item, id, lang) {
    try {
      const { passage } = await get('passage', { id }, this.signal);
      item.append(quoted('p', short(passage.text, 110), lang));
    } catch {
      // The link is enough where the text cannot be had.
    }
  }
}
