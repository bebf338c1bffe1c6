// The view of the map: passages or articles in two dimensions.
import { get, ofGeneration, postOnce } from './api.js';
import { COUNT, ofCanvas, palette, parts } from './colours.js';
import { el, nameOf, quoted, say, short } from './dom.js';
import { placed } from './labels.js';
import { Listing } from './listing.js';
import { Pane, button, zoomButtons } from './pane.js';
import { Points } from './points.js';
import { link, replace, request } from './route.js';
import { clusterName, countOf, languageName, number, t } from './strings.js';

/** Pixels around a pointer in which points are found. */
const NEAR = 9;
const OF = { articles: 'articleMap', passages: 'passageMap' };
const COLOURS = ['cluster', 'folder', 'language'];

export async function map(main, params, signal, settled) {
  const of = params.get('of') === 'passages' ? 'passages' : 'articles';
  const load = async () => prepared(await get('map', { of }, signal));
  const asked = request(params);
  const asking = asked && postOnce('query', asked, signal).catch(() => null);
  const data = await ofGeneration(`map ${of}`, load, signal);
  const answers = (await asking)?.results ?? [];
  if (signal.aborted) return null;
  settled();
  if (data.points.count === 0) {
    main.replaceChildren(el('h1', {}, t('map')), el('p', { class: 'notice' }, t('none')));
    return t('map');
  }
  new MapView(main, params, data, answers, of, signal).start();
  return t('map');
}

/** The JSON with its places as typed arrays. */
function prepared(json) {
  const { x, y } = json.points;
  const lists = {
    article: Uint32Array.from(json.points.article),
    passage: Uint32Array.from(json.points.passage),
    cluster: Int32Array.from(json.points.cluster),
  };
  // Upwards on the map is downwards on a canvas.
  const clusters = json.clusters.map((cluster) => ({ ...cluster, y: -cluster.y }));
  const points = new Points(Float32Array.from(x), Float32Array.from(y, (value) => -value));
  return { ...json, ...lists, clusters, points };
}

/** The folders of articles: below the folder that all have in common. */
function folders(articles) {
  const paths = articles.map(({ id }) => id.split('/').slice(0, -1));
  let depth = 0;
  while (paths.every((path) => path.length > depth + 1 && path[depth] === paths[0][depth])) depth += 1;
  return paths.map((path) => path[depth] ?? '');
}

class MapView {
  constructor(main, params, data, answers, of, signal) {
    Object.assign(this, { main, params, data, of, signal, only: null });
    this.colour = COLOURS.includes(params.get('colour')) ? params.get('colour') : 'cluster';
    this.lit = this.located(answers);
    this.answers = answers.length;
    this.listing = new Listing(params, t('mapNone'), signal);
  }

  start() {
    const { data } = this;
    const name = t('mapName', data.points.count, this.of, data.clusters.length);
    this.canvas = el('canvas', { tabindex: 0, role: 'img', 'aria-label': name, 'aria-describedby': 'map-help' });
    this.tip = el('div', { class: 'tip', hidden: true });
    this.legend = el('ul', { class: 'legend', 'aria-label': t('colour') });
    const notes = [data.shown < data.total ? t('sampled', data.shown, data.total) : countOf(data.total, this.of)];
    if (this.answers > 0) notes.push(t('lit', new Set(this.lit.map(({ rank }) => rank)).size, this.answers));
    this.main.replaceChildren(
      el('h1', { class: 'unseen' }, t('map')),
      el(
        'div',
        { class: 'bar-of-tools' },
        this.choices(),
        el('span', { class: 'faint' }, notes.join(' · ')),
        zoomButtons(this, this.rectangleButton()),
      ),
      el(
        'div',
        { class: 'canvas-and-side' },
        el('div', { class: 'stage' }, this.canvas, this.tip),
        el('aside', {}, this.legend, this.listing.node),
      ),
      el('p', { id: 'map-help', class: 'faint' }, t('mapHelp')),
      this.table(),
    );
    this.pane = new Pane(this.canvas, data.points.box, this, this.signal);
    this.paint();
    addEventListener('theme', () => this.drawLegend(), { signal: this.signal });
    say(`${name}. ${notes.join('. ')}`);
  }

  choices() {
    const option = (value, text, chosen) => el('option', { value, selected: value === chosen }, text);
    const of = el(
      'select',
      { 'aria-label': t('map') },
      Object.keys(OF).map((value) => option(value, t(OF[value]), this.of)),
    );
    const colour = el(
      'select',
      { 'aria-label': t('colour') },
      COLOURS.map((value) => option(value, `${t('colour')}: ${t(value)}`, this.colour)),
    );
    of.addEventListener('change', () => {
      location.hash = this.address(of.value);
    });
    colour.addEventListener('change', () => {
      this.colour = colour.value;
      this.only = null;
      replace(this.address(this.of));
      this.paint();
    });
    return [of, colour];
  }

  address(of) {
    return link('map', this.params, {
      of: of === 'articles' ? '' : of,
      colour: this.colour === 'cluster' ? '' : this.colour,
    });
  }

  rectangleButton() {
    const rectangle = button('rectangle', '▭', () => {
      this.pane.selecting = !this.pane.selecting;
      rectangle.setAttribute('aria-pressed', String(this.pane.selecting));
    });
    rectangle.setAttribute('aria-pressed', 'false');
    return rectangle;
  }

  /** Sorts the points into kinds by colour. Kind 0 is grey. */
  paint() {
    const { data } = this;
    const keys = this.keys();
    this.keyOf = keys;
    const counts = new Map();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    const known = [...counts].filter(([key]) => key !== null).sort((a, b) => b[1] - a[1]);
    // Clusters share colours, as there are many; the names on the map tell them apart.
    const cycles = this.colour === 'cluster';
    const kind = new Map(known.map(([key], at) => [key, cycles ? (key % COUNT) + 1 : at < COUNT ? at + 1 : 0]));
    this.kinds = new Uint8Array(data.points.count);
    keys.forEach((key, i) => {
      this.kinds[i] = this.only === null || this.only === key ? (kind.get(key) ?? 0) : 0;
    });
    this.entries = known.map(([key, count]) => ({ key, count, kind: kind.get(key) }));
    this.drawLegend();
    this.pane.request();
  }

  /** What colours each point; null for what belongs to nothing. */
  keys() {
    const { article, cluster, articles } = this.data;
    if (this.colour === 'cluster') return Array.from(cluster, (number) => (number < 0 ? null : number));
    const values = this.colour === 'folder' ? folders(articles) : articles.map(({ lang }) => lang ?? '');
    return Array.from(article, (at) => values[at]);
  }

  pointsOf(key) {
    return [...this.keyOf.keys()].filter((point) => this.keyOf[point] === key);
  }

  keyName(key) {
    if (this.colour === 'cluster') return clusterName(this.data.clusters[key].words, key);
    return this.colour === 'folder' ? key || '/' : languageName(key);
  }

  drawLegend() {
    const colours = palette();
    const item = ({ key, count, kind }) => {
      const dot = el('i', {});
      dot.style.background = `rgb(${colours[kind]})`;
      const toggle = () => {
        const at = this.entries.findIndex((entry) => entry.key === key);
        this.only = this.only === key ? null : key;
        this.paint();
        if (this.only === key) this.list(this.pointsOf(key), this.keyName(key));
        this.legend.children[at].firstChild.focus();
      };
      const names = { type: 'button', 'aria-pressed': String(this.only === key), onclick: toggle };
      return el('li', {}, el('button', names, dot, quoted('span', this.keyName(key)), el('small', {}, number(count))));
    };
    this.legend.replaceChildren(...this.entries.map(item));
  }

  /** Where the answers of the question are: `{point, rank}`. */
  located(answers) {
    const { article, passage, articles } = this.data;
    const wanted = new Map();
    for (const answer of answers) {
      const [first, last = first] = /#(\d+)(?:-(\d+))?$/u.exec(answer.passage.id).slice(1).filter(Boolean).map(Number);
      const ranges = wanted.get(answer.article.id) ?? [];
      wanted.set(answer.article.id, [...ranges, { first, last, rank: answer.rank }]);
    }
    const found = [];
    article.forEach((at, point) => {
      for (const { first, last, rank } of wanted.get(articles[at].id) ?? []) {
        const number = passage[point];
        if (number === 0 || (number >= first && number <= last)) found.push({ point, rank });
      }
    });
    // The best answer is drawn last, above the others.
    return found.sort((a, b) => b.rank - a.rank);
  }

  draw(context, pane) {
    const [background, text] = ofCanvas(this.canvas);
    this.data.points.draw(context, pane, this.kinds, palette(), parts(background));
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.font = `600 12px ${getComputedStyle(this.canvas).fontFamily}`;
    this.labels(context, pane, background, text);
    for (const { point, rank } of this.lit) this.ring(context, pane, point, rank, background, text);
  }

  /** Names the clusters, each in its colour and beside its points. */
  labels(context, pane, background, text) {
    const { clusters } = this.data;
    const scale = `${pane.scale} ${pane.width} ${pane.height}`;
    if (this.names?.scale !== scale) this.names = { scale, list: this.named(context, pane) };
    const colours = palette();
    for (const { at, label, offset } of this.names.list) {
      if (!offset || (this.colour === 'cluster' && this.only !== null && this.only !== at)) continue;
      const place = pane.toWindow(clusters[at].x, clusters[at].y);
      const colour = this.colour === 'cluster' ? `rgb(${colours[(at % COUNT) + 1]})` : text;
      halo(context, label, { x: place.x + offset.dx, y: place.y + offset.dy }, background, colour);
    }
  }

  /** The names and their places at a scale. */
  named(context, pane) {
    const list = this.data.clusters.map(({ words, x, y, size }, at) => {
      const label = short(clusterName(words, at), 26);
      return { at, label, x, y, size, width: context.measureText(label).width, height: 14 };
    });
    list.sort((a, b) => b.size - a.size);
    const offsets = placed(list, this.data.points, pane);
    return list.map(({ at, label }, i) => ({ at, label, offset: offsets[i] }));
  }

  ring(context, pane, point, rank, background, text) {
    const { x, y } = this.data.points;
    const at = pane.toWindow(x[point], y[point]);
    context.beginPath();
    context.arc(at.x, at.y, 9, 0, 2 * Math.PI);
    context.fillStyle = text;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = background;
    context.stroke();
    context.fillStyle = background;
    context.fillText(String(rank), at.x, at.y + 0.5);
  }

  hover(place, at) {
    const [point] = place ? this.data.points.near(place, NEAR / this.pane.scale) : [];
    this.tip.hidden = point === undefined;
    if (point === undefined) return;
    const { articles, article, passage } = this.data;
    const found = articles[article[point]];
    this.tip.replaceChildren(quoted('b', short(nameOf(found), 60), found.lang));
    if (passage[point] > 0) this.tip.append(' ', t('passage', passage[point]));
    this.pane.follow(this.tip, at);
  }

  click(place) {
    this.list(this.data.points.near(place, NEAR / this.pane.scale));
  }

  rectangle(box) {
    this.list(this.data.points.inside(box));
  }

  key(event) {
    if (event.key !== 'Enter') return false;
    const { x, y, scale } = this.pane;
    this.list(this.data.points.near({ x, y }, (4 * NEAR) / scale));
    return true;
  }

  list(points, name) {
    const { articles, article, passage } = this.data;
    const found = points.map((point) => ({ article: articles[article[point]], passage: passage[point] }));
    this.listing.show(found, this.of, name);
  }

  /** The clusters for people who cannot see the canvas. */
  table() {
    const { clusters, cluster } = this.data;
    const row = ({ words, size }, at) => {
      const points = () => {
        const own = [...cluster.keys()].filter((point) => cluster[point] === at);
        this.list(own, clusterName(words, at));
      };
      return el(
        'tr',
        {},
        quoted('td', clusterName(words, at)),
        el('td', {}, number(size)),
        el('td', {}, el('button', { type: 'button', onclick: points }, t('list'))),
      );
    };
    const heads = [t('clusters'), this.of === 'articles' ? t('articles') : t('passages'), t('list')].map((name) =>
      el('th', { scope: 'col' }, name),
    );
    const table = el('table', {}, el('thead', {}, el('tr', {}, heads)), el('tbody', {}, clusters.map(row)));
    return el('details', { class: 'as-table' }, el('summary', {}, t('table')), table);
  }
}

function halo(context, label, { x, y }, background, text) {
  context.lineWidth = 5;
  context.lineJoin = 'round';
  context.strokeStyle = background;
  context.strokeText(label, x, y);
  context.fillStyle = text;
  context.fillText(label, x, y);
}
