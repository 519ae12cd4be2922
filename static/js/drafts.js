/* <form data-draft-key="…">: keeps what is typed on the server, and in the page when there is no server. */
(function () {
  'use strict';
  var portal = window.portal;
  var WAIT = 1200;
  var SKIP = ['csrfmiddlewaretoken', '_token'];

  function valuesOf(form) {
    var values = {};
    new FormData(form).forEach(function (value, name) {
      if (typeof value === 'string' && SKIP.indexOf(name) < 0) (values[name] = values[name] || []).push(value);
    });
    return values;
  }

  function put(form, values) {
    Array.prototype.forEach.call(form.elements, function (field) {
      var name = field.name;
      if (!name || SKIP.indexOf(name) >= 0 || ['file', 'submit', 'button', 'password'].indexOf(field.type) >= 0) return;
      var wanted = values[name];
      if (field.type === 'checkbox' || field.type === 'radio') {
        field.checked = !!wanted && wanted.indexOf(field.value) >= 0;
      } else if (field.multiple) {
        Array.prototype.forEach.call(field.options, function (option) { option.selected = !!wanted && wanted.indexOf(option.value) >= 0; });
      } else if (wanted) {
        var same = Array.prototype.filter.call(form.elements, function (other) { return other.name === name; });
        field.value = wanted[same.indexOf(field)] !== undefined ? wanted[same.indexOf(field)] : wanted[0];
      }
      field.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }

  function clock(date) {
    return ('0' + date.getHours()).slice(-2) + ':' + ('0' + date.getMinutes()).slice(-2);
  }

  function day(text) {
    var date = new Date(text);
    return (date.getMonth() + 1) + '月' + date.getDate() + '日 ' + clock(date);
  }

  function Draft(form) {
    this.form = form;
    this.url = form.getAttribute('data-draft-url') || '/drafts/' + encodeURIComponent(form.getAttribute('data-draft-key')) + '/';
    this.kept = JSON.stringify(valuesOf(form));
    this.timer = null;
    this.tries = 0;
    this.place = form.querySelector('[data-draft-state]') || this.addPlace();
    form.portalDraft = this;
    var later = this.later.bind(this);
    form.addEventListener('input', later);
    form.addEventListener('change', later);
    window.addEventListener('online', later);
    window.addEventListener('beforeunload', this.warn.bind(this));
    if (!form.querySelector('[data-form-errors]')) this.offer();
  }

  Draft.prototype.addPlace = function () {
    var place = portal.element('span', { class: 'form-state', role: 'status', 'data-draft-state': '' });
    (this.form.querySelector('.form-actions') || this.form).append(place);
    return place;
  };

  Draft.prototype.say = function (text, tone) {
    this.place.textContent = text;
    this.place.className = 'form-state' + (tone ? ' is-' + tone : '');
  };

  Draft.prototype.isDirty = function () {
    return !this.stopped && JSON.stringify(valuesOf(this.form)) !== this.kept;
  };

  Draft.prototype.warn = function (event) {
    if (this.isDirty()) { event.preventDefault(); event.returnValue = ''; }
  };

  Draft.prototype.later = function () {
    var draft = this;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(function () { draft.save(); }, WAIT);
  };

  Draft.prototype.save = function () {
    var draft = this;
    if (!this.isDirty()) return Promise.resolve();
    var values = valuesOf(this.form);
    return portal.send(this.url, {
      method: 'PUT', body: JSON.stringify({ data: values }), headers: { 'Content-Type': 'application/json' }
    }).then(function (response) {
      if (response.status === 401) { draft.signedOut(); return; }
      if (!response.ok) { draft.say('这次没能保存草稿，内容还在页面上；提交不受影响。', 'warning'); return; }
      draft.kept = JSON.stringify(values);
      draft.tries = 0;
      draft.say('已保存 ' + clock(new Date()));
    }).catch(function () {
      draft.tries += 1;
      draft.say('网络不通，内容还在这个页面上，请不要关闭；恢复后自动保存。', 'warning');
      window.setTimeout(function () { draft.save(); }, Math.min(60, 5 * draft.tries) * 1000);
    });
  };

  Draft.prototype.signedOut = function () {
    var draft = this;
    this.say('登录已过期，内容还在这个页面上。', 'warning');
    if (this.putOff) return;
    portal.signIn().then(function (again) {
      if (again) draft.save();
      else { draft.putOff = true; draft.say('登录已过期，内容还在这个页面上；提交时再登录。', 'warning'); }
    });
  };

  Draft.prototype.offer = function () {
    var draft = this;
    portal.send(this.url, {}).then(function (response) {
      return response.ok ? response.json() : null;
    }).then(function (answer) {
      if (!answer || !answer.data || !Object.keys(answer.data).length) return;
      if (JSON.stringify(answer.data) !== draft.kept) draft.ask(answer);
    }).catch(function () { /* no network: nothing to offer */ });
  };

  Draft.prototype.ask = function (answer) {
    var draft = this;
    var take = portal.element('button', { type: 'button', class: 'btn btn-sm' }, '恢复草稿');
    var drop = portal.element('button', { type: 'button', class: 'btn btn-sm' }, '放弃');
    var bar = portal.element('div', { class: 'alert alert-info draft-bar', role: 'status' }, [
      portal.element('span', {}, '有一份' + (answer.updated_at ? day(answer.updated_at) + ' 保存的' : '') + '草稿没有提交。'), take, drop
    ]);
    take.addEventListener('click', function () {
      bar.remove();
      draft.form.dispatchEvent(new CustomEvent('portal:draft', { detail: answer.data, bubbles: true }));
      put(draft.form, answer.data);
      draft.say('已恢复草稿');
    });
    drop.addEventListener('click', function () {
      bar.remove();
      draft.drop();
      draft.say('草稿已放弃');
    });
    this.form.prepend(bar);
  };

  /* after a successful sending, or when the person gives the draft up */
  Draft.prototype.drop = function () {
    window.clearTimeout(this.timer);
    this.kept = JSON.stringify(valuesOf(this.form));
    return portal.send(this.url, { method: 'DELETE', keepalive: true }).catch(function () {});
  };

  Draft.prototype.stop = function () {
    window.clearTimeout(this.timer);
    this.stopped = true;
  };

  portal.startDrafts = function (root) {
    root.querySelectorAll('form[data-draft-key]').forEach(function (form) {
      if (!form.portalDraft) new Draft(form);
    });
  };

  /* an ordinary sending (no data-once) leaves the page on purpose */
  document.addEventListener('submit', function (event) {
    if (event.target.portalDraft && !event.defaultPrevented && !event.target.hasAttribute('data-once')) event.target.portalDraft.stop();
  });
  portal.startDrafts(document);
}());
