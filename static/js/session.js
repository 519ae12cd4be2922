/* Signing in again without leaving the page, so that what was typed is not lost. */
(function () {
  'use strict';
  var portal = window.portal;
  var login = document.body.getAttribute('data-login');
  var open = null;

  /* fetch that tells an ended session apart: resolves to the response, rejects on no network */
  portal.send = function (url, options) {
    var settings = Object.assign({ credentials: 'same-origin' }, options);
    settings.headers = Object.assign({ 'X-CSRFToken': portal.csrf(), 'X-Portal-Fetch': '1' }, settings.headers);
    return window.fetch(url, settings);
  };

  function say(place, text) {
    place.textContent = text;
    place.hidden = !text;
  }

  function personOf(html) {
    return new DOMParser().parseFromString(html, 'text/html').body.getAttribute('data-user');
  }

  function samePerson(id) {
    return String(id) === document.body.getAttribute('data-user');
  }

  /* the sign-in page hands out a fresh token; whoever is signed in already is sent on */
  function prepare() {
    return window.fetch(login, { credentials: 'same-origin', cache: 'no-store' }).then(function (response) {
      return response.text().then(function (html) {
        return response.redirected ? personOf(html) : null;
      });
    });
  }

  function post(username, password) {
    var body = new URLSearchParams({ username: username, password: password });
    return window.fetch(login, {
      method: 'POST', credentials: 'same-origin', body: body,
      headers: { Accept: 'application/json', 'X-CSRFToken': portal.csrf() }
    }).then(function (response) {
      if (response.status === 429) return { ok: false, errors: ['密码错误次数太多，请15分钟后再试，或请管理员解锁。文字仍在页面上。'] };
      return response.json();
    });
  }

  function build() {
    var error = portal.element('div', { class: 'alert alert-danger', role: 'alert', hidden: '' });
    var username = portal.element('input', { class: 'form-control', id: 'again-username', autocomplete: 'username', required: '' });
    var password = portal.element('input', { class: 'form-control', id: 'again-password', type: 'password', autocomplete: 'current-password', required: '' });
    var form = portal.element('form', {}, [
      error,
      portal.element('div', { class: 'field' }, [portal.element('label', { class: 'form-label', for: 'again-username' }, '用户名'), username]),
      portal.element('div', { class: 'field' }, [portal.element('label', { class: 'form-label', for: 'again-password' }, '密码'), password]),
      portal.element('div', { class: 'dialog-actions' }, [
        portal.element('button', { type: 'button', class: 'btn', 'data-dialog-close': '' }, '以后再说'),
        portal.element('button', { type: 'submit', class: 'btn btn-primary' }, '登录并继续')
      ])
    ]);
    var dialog = portal.element('dialog', { class: 'dialog', 'aria-labelledby': 'again-title' }, [
      portal.element('h2', { class: 'dialog-title', id: 'again-title' }, '登录已过期'),
      portal.element('div', { class: 'dialog-text' }, '您填写的内容都还在这个页面上。重新登录后会接着保存。'),
      form
    ]);
    return { dialog: dialog, form: form, error: error, username: username, password: password };
  }

  /* resolves to true when the same person is signed in again, to false when they put it off */
  portal.signIn = function () {
    if (open) return open;
    open = new Promise(function (resolve) {
      var parts = build();
      var done = false;
      function accept(id) {
        if (!samePerson(id)) {
          say(parts.error, '现在登录的是另一个账号。请用原来的账号登录；或先复制文字，再刷新页面。');
          return;
        }
        done = true;
        parts.dialog.close();
      }
      parts.form.addEventListener('submit', function (event) {
        event.preventDefault();
        event.stopPropagation();
        post(parts.username.value, parts.password.value).then(function (answer) {
          if (answer.ok) accept(answer.user);
          else say(parts.error, answer.errors.join(' '));
        }).catch(function () { say(parts.error, '网络不通，请稍后再试。'); });
      });
      parts.dialog.addEventListener('close', function () {
        parts.dialog.remove();
        open = null;
        resolve(done);
      });
      document.body.append(parts.dialog);
      if (parts.dialog.showModal) parts.dialog.showModal(); else parts.dialog.setAttribute('open', '');
      parts.username.focus();
      prepare().then(function (person) { if (person) accept(person); }).catch(function () {});
    });
    return open;
  };
  document.addEventListener('portal:signed-out', function () {
    portal.signIn().then(function (again) {
      if (again) portal.notice('已重新登录，请把刚才的操作再做一次。', 'info');
    });
  });
}());
