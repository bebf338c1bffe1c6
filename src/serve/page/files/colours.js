// Colours that are drawn on canvases; the style sheet has all others.

const LIGHT = [
  '#1f77b4',
  '#c2410c',
  '#2c7a3f',
  '#b91c5c',
  '#6d4bb8',
  '#8a5a1c',
  '#0e7c86',
  '#a3349b',
  '#5f6b12',
  '#3f5bd9',
  '#b3261e',
  '#33691e',
];
const DARK = [
  '#6cb6f5',
  '#f79a5f',
  '#7ccf8a',
  '#f58ab2',
  '#b9a0f5',
  '#d9ae6a',
  '#5fd0d8',
  '#e292dc',
  '#c5cf62',
  '#93a8ff',
  '#ff9088',
  '#a5d977',
];

export const COUNT = LIGHT.length;

export function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** The colours of points: grey for kind 0, then one a kind. */
export function palette() {
  return [isDark() ? '#5b605e' : '#b9b6ad', ...(isDark() ? DARK : LIGHT)].map(parts);
}

/** The colours of the values 0 to 255, from the background to the strongest. */
export function ramp() {
  const [from, middle, to] = isDark() ? ['#17191a', '#1f6a55', '#eaf7b8'] : ['#fdfcf9', '#5fa98c', '#0b3b3c'];
  const mix = (a, b, share) => a.map((value, i) => Math.round(value + (b[i] - value) * share));
  const at = (i) =>
    i < 150 ? mix(parts(from), parts(middle), i / 150) : mix(parts(middle), parts(to), (i - 150) / 105);
  return Array.from({ length: 256 }, (_, i) => at(i));
}

/** The colours that the style sheet gives a canvas: `[background, text]`. */
export function ofCanvas(canvas) {
  const style = getComputedStyle(canvas);
  return [style.backgroundColor, style.color];
}

/** `#rrggbb` or `rgb(r, g, b)` as three numbers. */
export function parts(colour) {
  if (colour.startsWith('#')) return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return colour.match(/\d+/gu).slice(0, 3).map(Number);
}
