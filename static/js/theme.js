/* Light or dark before the first paint: the person's choice, else the system's. */
(function () {
  'use strict';
  var root = document.documentElement;
  var system = window.matchMedia('(prefers-color-scheme: dark)');

  function chosen() {
    try { return window.localStorage.getItem('theme'); } catch (error) { return null; }
  }

  function apply() {
    var theme = chosen() || (system.matches ? 'dark' : 'light');
    root.setAttribute('data-bs-theme', theme);
    document.dispatchEvent(new CustomEvent('portal:theme', { detail: theme }));
  }

  root.classList.add('js');
  root.classList.remove('no-js');
  apply();
  if (system.addEventListener) system.addEventListener('change', apply);

  document.addEventListener('DOMContentLoaded', function () {
    document.querySelectorAll('[data-theme-toggle]').forEach(function (button) {
      button.hidden = false;
      button.addEventListener('click', function () {
        var next = root.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark';
        try { window.localStorage.setItem('theme', next); } catch (error) { /* private window: for this page only */ }
        root.setAttribute('data-bs-theme', next);
        document.dispatchEvent(new CustomEvent('portal:theme', { detail: next }));
      });
    });
  });
}());
