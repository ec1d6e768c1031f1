// Runs before the page is drawn, so that it never flashes in the other colours.
(() => {
  const KEY = 'careline-console-colours';
  const root = document.documentElement;
  const stored = localStorage.getItem(KEY);
  root.dataset.theme = stored === 'light' || stored === 'dark' ? stored : 'auto';

  document.addEventListener('DOMContentLoaded', () => {
    const select = document.getElementById('theme');
    select.value = root.dataset.theme;
    select.addEventListener('change', () => {
      root.dataset.theme = select.value;
      localStorage.setItem(KEY, select.value);
      document.dispatchEvent(new Event('themechange'));
    });
  });
})();
