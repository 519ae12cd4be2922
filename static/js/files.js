/* [data-drop] around a file input: drag files in, see their names and sizes, take one out again. */
(function () {
  'use strict';
  var portal = window.portal;
  var LIMIT = 20 * 1024 * 1024;

  function size(bytes) {
    return bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB';
  }

  function set(input, files) {
    var carrier = new DataTransfer();
    files.forEach(function (file) { carrier.items.add(file); });
    input.files = carrier.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  function show(box, input, limit) {
    var list = box.querySelector('.drop-list') || box.appendChild(portal.element('ul', { class: 'drop-list', 'aria-live': 'polite' }));
    var files = Array.prototype.slice.call(input.files);
    list.textContent = '';
    var bad = files.filter(function (file) { return file.size > limit; });
    files.forEach(function (file, index) {
      var drop = portal.element('button', { type: 'button', class: 'btn btn-sm', 'aria-label': '去掉' + file.name }, '去掉');
      drop.addEventListener('click', function () {
        set(input, files.filter(function (_, other) { return other !== index; }));
      });
      var over = file.size > limit;
      list.append(portal.element('li', { class: over ? 'is-bad' : '' }, [
        file.name + '（' + size(file.size) + (over ? '，超过' + size(limit) + '，请压缩后再传' : '') + '）', drop
      ]));
    });
    input.setCustomValidity(bad.length ? '有文件超过' + size(limit) + '，请去掉或压缩后再传' : '');
  }

  function start(box) {
    var input = box.querySelector('input[type=file]');
    if (!input || box.portalDrop) return;
    box.portalDrop = true;
    var limit = Number(box.getAttribute('data-max-bytes')) || LIMIT;
    input.addEventListener('change', function () { show(box, input, limit); });
    ['dragenter', 'dragover'].forEach(function (name) {
      box.addEventListener(name, function (event) { event.preventDefault(); box.classList.add('is-over'); });
    });
    ['dragleave', 'drop'].forEach(function (name) {
      box.addEventListener(name, function () { box.classList.remove('is-over'); });
    });
    box.addEventListener('drop', function (event) {
      event.preventDefault();
      var added = Array.prototype.slice.call(event.dataTransfer.files);
      set(input, input.multiple ? Array.prototype.slice.call(input.files).concat(added) : added.slice(0, 1));
    });
    if (input.files.length) show(box, input, limit);
  }

  portal.startDrops = function (root) {
    root.querySelectorAll('[data-drop]').forEach(start);
  };
  portal.startDrops(document);
}());
