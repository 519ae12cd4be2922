/* The frame: menu on a phone, menus that close, dialogs, confirmations, the token for htmx. */
(function () {
  'use strict';

  var portal = window.portal = window.portal || {};

  portal.cookie = function (name) {
    var found = document.cookie.split('; ').find(function (part) { return part.indexOf(name + '=') === 0; });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : '';
  };

  /* the cookie first: signing in again changes the token, and the field in the page is then stale */
  portal.csrf = function () {
    var field = document.querySelector('input[name=csrfmiddlewaretoken]');
    return portal.cookie(document.body.getAttribute('data-csrf-cookie') || 'csrftoken') || (field ? field.value : '');
  };

  portal.element = function (tag, attributes, children) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      if (attributes[name] !== false && attributes[name] != null) node.setAttribute(name, attributes[name]);
    });
    [].concat(children || []).forEach(function (child) {
      node.append(child);
    });
    return node;
  };

  /* menu of a narrow screen */
  function toggleSide(open) {
    var button = document.querySelector('[data-side-toggle]');
    var shade = document.querySelector('.side-shade');
    document.body.classList.toggle('side-open', open);
    button.setAttribute('aria-expanded', String(open));
    if (open && !shade) {
      shade = portal.element('div', { class: 'side-shade' });
      shade.addEventListener('click', function () { toggleSide(false); });
      document.body.append(shade);
      var first = document.querySelector('.side a');
      if (first) first.focus();
    } else if (!open && shade) {
      shade.remove();
    }
  }

  document.addEventListener('click', function (event) {
    var toggle = event.target.closest('[data-side-toggle]');
    if (toggle) toggleSide(!document.body.classList.contains('side-open'));
    document.querySelectorAll('details[data-menu][open]').forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
    var opener = event.target.closest('[data-dialog]');
    if (opener) {
      var dialog = document.getElementById(opener.getAttribute('data-dialog'));
      if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
    }
    var closer = event.target.closest('[data-dialog-close]');
    if (closer) closer.closest('dialog').close();
    if (event.target.closest('[data-print]')) window.print();
  });

  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return;
    if (document.body.classList.contains('side-open')) {
      toggleSide(false);
      document.querySelector('[data-side-toggle]').focus();
    }
    document.querySelectorAll('details[data-menu][open]').forEach(function (menu) {
      menu.open = false;
      menu.querySelector('summary').focus();
    });
  });

  /* one question before an official step; resolves to true or false */
  portal.ask = function (text, label) {
    if (!window.HTMLDialogElement) return Promise.resolve(window.confirm(text));
    return new Promise(function (resolve) {
      var yes = portal.element('button', { type: 'button', class: 'btn btn-primary' }, label || '确定');
      var no = portal.element('button', { type: 'button', class: 'btn' }, '取消');
      var dialog = portal.element('dialog', { class: 'dialog', 'aria-label': '请确认' }, [
        portal.element('div', { class: 'dialog-text' }, text),
        portal.element('div', { class: 'dialog-actions' }, [no, yes])
      ]);
      var answer = false;
      yes.addEventListener('click', function () { answer = true; dialog.close(); });
      no.addEventListener('click', function () { dialog.close(); });
      dialog.addEventListener('close', function () { dialog.remove(); resolve(answer); });
      document.body.append(dialog);
      dialog.showModal();
      yes.focus();
    });
  };

  /* data-confirm on a form or on one of its buttons: ask, then go on as if nothing had been asked */
  document.addEventListener('submit', function (event) {
    var form = event.target;
    var button = event.submitter || form.portalButton || null;
    var text = (button && button.getAttribute('data-confirm')) || form.getAttribute('data-confirm');
    if (!text || form.portalConfirmed) { form.portalConfirmed = false; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    portal.ask(text, button && button.textContent.trim()).then(function (yes) {
      if (!yes) return;
      form.portalConfirmed = true;
      if (form.requestSubmit) form.requestSubmit(button || undefined);
      else if (button) button.click();
      else form.submit();
    });
  }, true);

  /* browsers before `submitter`: remember which button was pressed */
  document.addEventListener('click', function (event) {
    var button = event.target.closest('button, input[type=submit]');
    if (button && button.form) button.form.portalButton = button;
  }, true);

  /* whole-list tick box */
  document.addEventListener('change', function (event) {
    var all = event.target.closest('[data-check-all]');
    if (!all) return;
    var on = all.checked;  /* counting the boxes on the way changes the one above them */
    document.querySelectorAll(all.getAttribute('data-check-all')).forEach(function (box) {
      box.checked = on;
      box.dispatchEvent(new Event('change', { bubbles: true }));
    });
  });

  /* select[data-narrow-by="id"]: only the options whose parent is chosen in that other field */
  function narrow(select) {
    var by = document.getElementById(select.getAttribute('data-narrow-by'));
    if (!by) return;
    Array.prototype.forEach.call(select.options, function (option) {
      var parent = option.getAttribute('data-parent');
      option.hidden = option.disabled = Boolean(parent && parent !== by.value);
    });
    if (select.selectedOptions[0] && select.selectedOptions[0].disabled) select.value = '';
  }
  document.addEventListener('change', function (event) {
    document.querySelectorAll('select[data-narrow-by="' + event.target.id + '"]').forEach(narrow);
  });
  window.addEventListener('pageshow', function () {
    document.querySelectorAll('select[data-narrow-by]').forEach(narrow);
  });

  /* form[data-ticks]: the button and its question say how many rows are ticked; none ticked, nothing to press */
  function countTicks(form) {
    var boxes = form.querySelectorAll('tbody input[type=checkbox]');
    var n = form.querySelectorAll('tbody input[type=checkbox]:checked').length;
    var button = form.querySelector('[data-ticks-button]');
    var words = form.querySelector('[data-ticks-words]');
    var all = form.querySelector('[data-check-all]');
    if (!button) return;
    if (!words.portalPlain) words.portalPlain = words.textContent;
    words.textContent = n ? words.getAttribute('data-ticks-words').replace('{n}', n) : words.portalPlain;
    button.setAttribute('data-confirm', button.getAttribute('data-ticks-confirm').replace('{n}', n));
    button.disabled = !n;
    if (all) { all.checked = n > 0 && n === boxes.length; all.indeterminate = n > 0 && n < boxes.length; }
  }
  document.addEventListener('change', function (event) {
    var form = event.target.closest('form[data-ticks]');
    if (form && event.target.closest('tbody')) countTicks(form);
  });
  window.addEventListener('pageshow', function () {
    document.querySelectorAll('form[data-ticks]').forEach(countTicks);
  });

  /* data-open="id": opens the folded part of that id and goes to its first field */
  document.addEventListener('click', function (event) {
    var opener = event.target.closest('[data-open]');
    var box = opener && document.getElementById(opener.getAttribute('data-open'));
    if (!box) return;
    event.preventDefault();
    box.open = true;
    box.scrollIntoView({ block: 'center' });
    var field = box.querySelector('textarea, select, input:not([type=hidden])');
    if (field) field.focus();
  });

  document.addEventListener('htmx:configRequest', function (event) {
    event.detail.headers['X-CSRFToken'] = portal.csrf();
  });
  document.addEventListener('htmx:sendError', function () {
    portal.notice('网络不通，页面内容没有变化。请检查网络后再试。');
  });

  portal.notice = function (text, tone) {
    var place = document.getElementById('page-messages') || document.getElementById('content');
    place.querySelectorAll('[data-script-notice]').forEach(function (old) { old.remove(); });
    place.prepend(portal.element('div', { class: 'alert alert-' + (tone || 'danger'), role: 'alert', 'data-script-notice': '1' }, text));
  };

  var errors = document.querySelector('[data-form-errors]');
  if (errors) errors.focus();
}());
