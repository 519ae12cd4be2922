/* [data-attendance]: tiles over real <select>s; a click on a tile goes to the next state, the figures follow. */
(function () {
  'use strict';
  var portal = window.portal;
  var TONES = { present: 'green', online: 'green', late: 'yellow', left_early: 'yellow', absent: 'red' };

  function optionOf(select) {
    return select.options[select.selectedIndex];
  }

  function toneOf(option) {
    return option.getAttribute('data-tone') || TONES[option.value] || 'grey';
  }

  function isPresent(option) {
    var told = option.getAttribute('data-present');
    return told !== null ? told === '1' : ['present', 'online', 'late', 'left_early'].indexOf(option.value) >= 0;
  }

  function isDue(option) {
    var told = option.getAttribute('data-due');
    return told !== null ? told === '1' : option.value !== 'excluded';
  }

  function figures(grid) {
    var found = { due: 0, present: 0, voters: 0, voters_present: 0, committee: 0, committee_present: 0, absent: 0 };
    grid.querySelectorAll('.attend').forEach(function (tile) {
      var option = optionOf(tile.querySelector('select'));
      if (!isDue(option)) return;
      var there = isPresent(option) ? 1 : 0;
      var vote = tile.getAttribute('data-vote') === '1';
      var committee = tile.getAttribute('data-committee') === '1';
      found.due += 1;
      found.present += there;
      found.absent += 1 - there;
      if (vote) { found.voters += 1; found.voters_present += there; }
      if (committee) { found.committee += 1; found.committee_present += there; }
    });
    return found;
  }

  function show(grid) {
    grid.querySelectorAll('.attend').forEach(function (tile) {
      tile.setAttribute('data-tone', toneOf(optionOf(tile.querySelector('select'))));
    });
    var found = figures(grid);
    grid.querySelectorAll('[data-count]').forEach(function (place) {
      place.textContent = found[place.getAttribute('data-count')];
    });
    grid.dispatchEvent(new CustomEvent('portal:attendance', { detail: found, bubbles: true }));
  }

  function next(select) {
    if (select.disabled) return;
    var index = select.selectedIndex;
    do { index = (index + 1) % select.options.length; } while (select.options[index].disabled);
    select.selectedIndex = index;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }

  function start(grid) {
    if (grid.portalAttendance) return;
    grid.portalAttendance = true;
    grid.addEventListener('change', function () { show(grid); });
    grid.addEventListener('click', function (event) {
      var tile = event.target.closest('.attend');
      if (tile && event.target.closest('.attend-name')) {
        event.preventDefault();
        next(tile.querySelector('select'));
      }
      var all = event.target.closest('[data-attend-all]');
      if (all) {
        grid.querySelectorAll('.attend select').forEach(function (select) {
          if (isDue(optionOf(select)) && !select.disabled) select.value = all.getAttribute('data-attend-all');
        });
        grid.dispatchEvent(new Event('change', { bubbles: true }));
      }
    });
    show(grid);
  }

  portal.startAttendance = function (root) {
    root.querySelectorAll('[data-attendance]').forEach(start);
  };
  portal.startAttendance(document);
  document.addEventListener('htmx:load', function (event) { portal.startAttendance(event.detail.elt.parentNode || document); });
}());
