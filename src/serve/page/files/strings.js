// What the page says, in English and Japanese.

const many = (n, one, more) => `${n.toLocaleString('en')} ${n === 1 ? one : more}`;
const ja = (n) => n.toLocaleString('ja');
const OF = { articles: ['article', 'articles', '記事'], passages: ['passage', 'passages', '段落'] };

/** `10 articles`, `1 passage`. */
export function countOf(n, of) {
  const [one, more, japanese] = OF[of];
  return language() === 'ja' ? `${japanese} ${ja(n)} 件` : many(n, one, more);
}

const STRINGS = {
  all: ['all', 'すべて'],
  also: [(n) => `also in ${many(n, 'place', 'places')}`, (n) => `ほか${ja(n)}か所にも`],
  answersHere: ['Answers in this article', 'この記事の回答'],
  answers: ['Answers', '回答一覧'],
  articles: ['Articles', '記事一覧'],
  articleMap: ['articles', '記事'],
  ask: ['Ask', '検索'],
  articlesWay: ['lists everything that is here', 'すべての記事を一覧できます'],
  asPages: ['Pages', 'ページ'],
  asText: ['Text', 'テキスト'],
  askSomething: ['Ask a question', '質問してみましょう'],
  beyond: ['Cosines, counted from what an unrelated passage has.', '余弦。無関係な段落の値を 0 とします。'],
  bothScroll: [
    'Both passages are marked. Each text scrolls on its own.',
    '両方の段落に印があります。本文は別々に動かせます。',
  ],
  busy: ['Working…', '処理中…'],
  chance: ['what an unrelated passage may reach', '無関係な段落でも届きうる範囲'],
  cite: ['Copy citation', '引用をコピー'],
  clusterNumber: [(n) => `cluster ${n}`, (n) => `まとまり ${n}`],
  clusters: ['Clusters', 'まとまり'],
  cluster: ['cluster', 'まとまり'],
  colour: ['Colour', '色分け'],
  compare: ['Side by side', '並べて読む'],
  confidence: [(n) => `Confidence ${n} percent`, (n) => `確度 ${n} パーセント`],
  copied: ['Copied', 'コピーしました'],
  copyFailed: ['The browser does not let this page copy', 'ブラウザーがコピーを許可しません'],
  corpus: [
    (a, p) => `${many(a, 'article', 'articles')}, ${many(p, 'passage', 'passages')}`,
    (a, p) => `記事 ${ja(a)} 件、段落 ${ja(p)} 件`,
  ],
  date: ['Date', '日付'],
  doubtful: [
    'Nothing here is likely to answer this. The closest passages:',
    '答えになりそうな段落は見つかりませんでした。近い段落:',
  ],
  duplicate: ['the same text', '同じ本文'],
  empty: [
    'The index holds no articles. This command adds a folder:',
    '索引に記事がありません。フォルダーを追加するコマンド:',
  ],
  failed: ['That did not work', 'うまくいきませんでした'],
  filterArticle: ['Article or folder', '記事・フォルダー'],
  filterLang: ['Language', '言語'],
  filterNumber: ['Results', '件数'],
  filterSource: ['Source contains', '出典に含まれる文字'],
  filters: ['Filters', '絞り込み'],
  find: ['Find in titles', '題名から探す'],
  folder: ['Folder', 'フォルダー'],
  found: ['These words of the question stand here', 'ここにある質問の語'],
  forget: ['Clear filters', '絞り込みを解除'],
  gone: [
    'The server does not answer. Is `tane serve` still running?',
    'サーバーが応答しません。`tane serve` は動いていますか。',
  ],
  helpKeys: ['/ to search · ↑ ↓ to move · Enter to read · Esc to go back', '/ 検索 · ↑ ↓ 移動 · Enter 読む · Esc 戻る'],
  id: ['Name', '名前'],
  language: ['Language', '言語'],
  lettersMissing: [
    'Letters are missing here: their fonts are not in the file.',
    'フォントがファイルに含まれていないため、表示されない文字があります。',
  ],
  limits: [(n) => `the first ${n.toLocaleString('en')}`, (n) => `先頭の ${ja(n)} 件`],
  lines: [
    (from, to) => (from === to ? `line ${from}` : `lines ${from}–${to}`),
    (from, to) => (from === to ? `${from} 行` : `${from}–${to} 行`),
  ],
  lit: [
    (n, all) => `${n} of ${all} answers of the question are ringed`,
    (n, all) => `質問の回答 ${all} 件のうち ${n} 件を輪で示しています`,
  ],
  list: ['List', '一覧に出す'],
  loaded: [
    (n, all) => `${n.toLocaleString('en')} of ${all.toLocaleString('en')} read so far`,
    (n, all) => `${ja(all)} 件中 ${ja(n)} 件を読み込み済み`,
  ],
  map: ['Map', '地図'],
  mapHelp: [
    'Drag to move, wheel or pinch to zoom, click a point or a name beside the map to list what is there. Keys: arrows, + − 0, Enter lists what is at the centre.',
    'ドラッグで移動、ホイールかピンチで拡大。点や右の名前を押すと一覧に出ます。キー: 矢印、+ − 0、Enter で中央の点を一覧に。',
  ],
  mapName: [
    (n, of, c) => `Map of ${countOf(n, of)} in ${many(c, 'cluster', 'clusters')}`,
    (n, of, c) => `${countOf(n, of)}、${ja(c)} のまとまりの地図`,
  ],
  mapNone: [
    'Click a point or a name, or draw a rectangle, to list what is there.',
    '点か名前を押すか、範囲を囲むと、ここに一覧が出ます。',
  ],
  mapWay: ['shows what the folder is about', '何についてのフォルダーかが見渡せます'],
  markedOnPage: ['Marked on this page: ', 'このページの印: '],
  matrixWay: ['shows which articles are alike', 'どの記事が似ているかがわかります'],
  matrix: ['Matrix', '類似度'],
  matrixHelp: [
    'Each cell compares two articles: the stronger the colour, the more alike. Zoom in for the titles. Click a cell for the passages. Keys: arrows, Enter, + − 0.',
    '1 マスが 2 記事の比較です。色が濃いほど似ています。拡大すると題名が出ます。押すと似ている段落が出ます。キー: 矢印、Enter、+ − 0。',
  ],
  matrixName: [(n) => `Similarity of ${many(n, 'article', 'articles')}`, (n) => `記事 ${ja(n)} 件の類似度`],
  matrixNone: [
    'Choose a cell or a pair to see which passages are alike.',
    'マスか組を選ぶと、似ている段落がここに出ます。',
  ],
  met: ['These words of the question met words here', '質問の語とここで対応した語'],
  meaning: ['meaning', '意味'],
  more: [(n, most) => `${n} more under ${most} %, show`, (n, most) => `ほか ${ja(n)} 件(${most} % 未満)を表示`],
  nearest: ['Similar articles', '似ている記事'],
  mostAlike: ['Most alike', 'よく似ている組'],
  next: ['Next', '次へ'],
  none: ['Nothing found', '見つかりませんでした'],
  noPages: ['The pages cannot be shown.', 'ページを表示できません。'],
  noSimilar: ['No article resembles this one.', '似ている記事はありません。'],
  noWords: [
    'No word of the question stands here; the passage says something close to it.',
    '質問の語はここにはありませんが、近いことが書かれています。',
  ],
  notDrawn: ['This page cannot be drawn.', 'このページを描画できません。'],
  notRead: ['not read', '読まない部分'],
  numbers: ['In numbers', '数値で見る'],
  otherLanguage: ['日本語', 'English'],
  otherLanguageName: ['Show this page in Japanese', 'Show this page in English'],
  outline: ['Outline', '見出し'],
  page: [
    (n, of) => `Page ${n.toLocaleString('en')} of ${of.toLocaleString('en')}`,
    (n, of) => `${ja(n)} / ${ja(of)} ページ`,
  ],
  pairs: ['Passages that are alike', '似ている段落'],
  passage: [(n) => `passage ${n}`, (n) => `第 ${n} 段落`],
  passageMap: ['passages', '段落'],
  passages: ['Passages', '段落数'],
  plain: ['Plain text', 'テキスト'],
  previous: ['Previous', '前へ'],
  question: ['Question', '質問'],
  rectangle: ['Draw a rectangle', '範囲を囲む'],
  reset: ['Show all', '全体を表示'],
  results: [(n) => many(n, 'answer', 'answers'), (n) => `${ja(n)} 件の回答`],
  retry: ['Try again', '再試行'],
  sampled: [
    (n, all) => `${n.toLocaleString('en')} of ${all.toLocaleString('en')} shown`,
    (n, all) => `${ja(all)} 件中 ${ja(n)} 件を表示`,
  ],
  sameWord: ['the same', '同じ'],
  search: ['Search', '検索'],
  secondLook: ['word by word', '語ごとの照合'],
  shownAs: ['Show as', '表示方法'],
  since: ['From', 'いつから'],
  skip: ['To the content', '本文へ'],
  sort: ['Sort by', '並べ替え'],
  source: ['Source', '出典'],
  table: ['As a table', '表で見る'],
  term: ['term', '語'],
  termIn: ['in passages', '段落数'],
  theme: ['Light or dark', '明暗を切り替え'],
  title: ['Title', '題名'],
  tokenNeeded: ['This server needs a token.', 'このサーバーにはトークンが必要です。'],
  token: ['Token', 'トークン'],
  total: [(n) => many(n, 'article', 'articles'), (n) => `記事 ${ja(n)} 件`],
  unknown: ['unknown', '不明'],
  until: ['Until', 'いつまで'],
  weight: ['weight', '重み'],
  whatSpeaks: ['What speaks for it', '何が決め手か'],
  whole: ['Whole article', '記事全体'],
  why: ['Why', '理由'],
  words: ['keywords', 'キーワード'],
  zoomIn: ['Zoom in', '拡大'],
  zoomOut: ['Zoom out', '縮小'],
};

/** Why a stretch is not read, by the name that the API gives. */
const REASONS = {
  'image-markup': ['image mark-up', '画像の記法'],
  'table-fragment': ['table fragment', '表の断片'],
  'file-name': ['lone file name', 'ファイル名だけの行'],
  'comment-form': ['comment form', 'コメント欄'],
  'source-line': ['source line', '出典の行'],
  rule: ['ruled line', '罫線'],
  'front-matter': ['front matter', '前付け(題名や日付)'],
  markup: ['mark-up', '記法'],
  ruby: ['reading aid (ruby)', 'ふりがな'],
  note: ['note on the form of the text', '書式の注記'],
  navigation: ['navigation', 'ナビゲーション'],
  hidden: ['hidden on the page', '画面に出ない部分'],
  form: ['form to fill in', '入力欄'],
  surroundings: ['beside the main content', '本文の周辺'],
  fallback: ['shown where media cannot be', '代替表示'],
  data: ['data without a sentence', '文のないデータ'],
  'running-head': ['running head or page number', '柱またはページ番号'],
  empty: ['nothing to read', '空'],
  version: ['another version of the text', '本文の別の版'],
};

export function language() {
  return document.documentElement.lang === 'ja' ? 'ja' : 'en';
}

const column = () => (language() === 'ja' ? 1 : 0);

/** The text of a name, in the language of the page. */
export function t(name, ...values) {
  const text = STRINGS[name][column()];
  return typeof text === 'function' ? text(...values) : text;
}

export function reasonOf(reason) {
  return `${t('notRead')}: ${REASONS[reason]?.[column()] ?? reason}`;
}

/** What a language is called in the language of the page. */
export function languageName(tag) {
  if (!tag) return t('unknown');
  try {
    return new Intl.DisplayNames([language()], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag; // Not every tag is well formed.
  }
}

export function number(value) {
  return value.toLocaleString(language());
}

/** What a cluster is called; one whose texts have no word of their own has its number. */
export function clusterName(words, number) {
  return words.join(' · ') || t('clusterNumber', number + 1);
}
