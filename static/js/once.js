/* <form data-once>: sends the form once however bad the network is; without script it is an ordinary form. */
(function () {
  'use strict';
  var portal = window.portal;
  var PAUSES = [2, 4, 8, 15, 30, 60];

  function stateOf(form) {
    var place = form.querySelector('[data-once-state]');
    if (!place) {
      place = portal.element('span', { class: 'form-state', role: 'status', 'data-once-state': '' });
      (form.querySelector('.form-actions') || form).append(place);
    }
    return place;
  }

  function say(form, text, tone) {
    var place = stateOf(form);
    place.textContent = text;
    place.className = 'form-state' + (tone ? ' is-' + tone : '');
  }

  function busy(form, on) {
    form.portalBusy = on;
    form.querySelectorAll('button[type=submit], input[type=submit]').forEach(function (button) {
      button.disabled = on;
    });
  }

  /* the body is fixed at the first try; only the CSRF token may be newer */
  function bodyOf(form, button) {
    var body = new FormData(form);
    if (button && button.name) body.append(button.name, button.value);
    return body;
  }

  function hasFiles(body) {
    var found = false;
    body.forEach(function (value) { if (value instanceof File && value.size) found = true; });
    return found;
  }

  function Sending(form, button) {
    this.form = form;
    this.url = (button && button.getAttribute('formaction')) || form.getAttribute('action') || window.location.href;
    this.body = bodyOf(form, button);
    this.withFiles = hasFiles(this.body);
    this.tries = 0;
  }

  Sending.prototype.go = function () {
    var sending = this;
    var request = new XMLHttpRequest();
    if (this.body.has('csrfmiddlewaretoken')) this.body.set('csrfmiddlewaretoken', portal.csrf());
    request.open('POST', this.url);
    request.setRequestHeader('X-Portal-Fetch', '1');
    request.setRequestHeader('X-CSRFToken', portal.csrf());
    if (this.withFiles) request.upload.onprogress = function (event) { sending.progress(event); };
    request.onload = function () { sending.answered(request); };
    request.onerror = function () { sending.lost(); };
    say(this.form, '正在提交…');
    request.send(this.body);
  };

  Sending.prototype.progress = function (event) {
    if (event.lengthComputable) say(this.form, '正在上传 ' + Math.floor(100 * event.loaded / event.total) + '%');
  };

  Sending.prototype.answered = function (request) {
    var place = request.getResponseHeader('X-Portal-Location');
    if (request.status === 401) this.signedOut();
    else if (place) this.done(place);
    else if (request.status >= 400 && request.status !== 422) this.refused(request);
    else this.shown(request);
  };

  Sending.prototype.done = function (place) {
    var draft = this.form.portalDraft;
    var form = this.form;
    say(form, '已提交，正在打开…');
    function leave() { window.location.assign(place); }
    if (!draft) { leave(); return; }
    draft.stop();
    draft.drop().then(leave, leave);
  };

  Sending.prototype.signedOut = function () {
    var sending = this;
    say(this.form, '登录已过期，内容还在这个页面上。', 'warning');
    portal.signIn().then(function (again) {
      if (again) sending.go();
      else { busy(sending.form, false); say(sending.form, '还没有提交。重新登录后请再按一次。', 'warning'); }
    });
  };

  /* refused in words: the form stays as it is, the words stand above it */
  Sending.prototype.refused = function (request) {
    var page = new DOMParser().parseFromString(request.responseText || '', 'text/html');
    var words = page.querySelector('[data-error-message]') || page.querySelector('.error-page');
    busy(this.form, false);
    say(this.form, '没有提交成功，原因见页面上方。', 'error');
    portal.notice(words ? words.textContent.replace(/\s+/g, ' ').trim() : '没有提交成功，内容还在页面上，请稍后再试。');
    document.getElementById('content').scrollIntoView();
  };

  /* the form came back with its faults marked: show it, keep the chosen files */
  Sending.prototype.shown = function (request) {
    var page = new DOMParser().parseFromString(request.responseText, 'text/html');
    var fresh = page.getElementById('content');
    var here = document.getElementById('content');
    if (!fresh) { this.lost(); return; }
    var files = Array.prototype.slice.call(this.form.querySelectorAll('input[type=file]'));
    if (this.form.portalDraft) this.form.portalDraft.stop();
    here.replaceWith(fresh);
    files.forEach(function (input) {
      var empty = fresh.querySelector('input[type=file][name="' + input.name + '"]');
      if (empty && input.files.length) empty.replaceWith(input);
    });
    portal.start(fresh);
    window.scrollTo(0, 0);
    var errors = fresh.querySelector('[data-form-errors]');
    if (errors) errors.focus();
  };

  Sending.prototype.lost = function () {
    var sending = this;
    var pause = PAUSES[Math.min(this.tries, PAUSES.length - 1)];
    this.tries += 1;
    say(this.form, '网络不通，内容还在这个页面上；' + pause + '秒后自动再发，不会重复登记。', 'warning');
    var timer = window.setTimeout(again, pause * 1000);
    window.addEventListener('online', again, { once: true });
    function again() {
      window.clearTimeout(timer);
      window.removeEventListener('online', again);
      sending.go();
    }
  };

  portal.start = function (root) {
    ['startDrafts', 'startAttendance', 'startDrops', 'startCharts'].forEach(function (name) {
      if (portal[name]) portal[name](root);
    });
    if (window.htmx) window.htmx.process(root);
  };

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.matches('form[data-once]') || event.defaultPrevented) return;
    event.preventDefault();
    if (form.portalBusy) return;
    var sending = new Sending(form, event.submitter || form.portalButton);
    busy(form, true);
    sending.go();
  });
}());
