// This runs before the first paint, so that no light page flashes in a dark room.
(() => {
  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // The browser may refuse storage.
    }
  };
  const root = document.documentElement;
  const theme = kept('theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  const preferred = navigator.languages?.some((tag) => tag.startsWith('ja')) ? 'ja' : 'en';
  const lang = kept('lang');
  root.lang = lang === 'ja' || lang === 'en' ? lang : preferred;
})();
