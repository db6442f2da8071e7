// Runs before the first paint, so that neither the theme nor the language flashes. It is a separate
// file because the pages' content security policy forbids inline scripts.
(() => {
  const root = document.documentElement;
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const theme = read('theme');
  const isDark =
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = isDark ? 'dark' : 'light';
  const language = read('language') ?? navigator.language;
  root.lang = language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
})();
