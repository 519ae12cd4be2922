/* [data-chart="<id of the json_script>"]: an ECharts option drawn as SVG in the page's own colours. */
(function () {
  'use strict';
  var portal = window.portal;
  var charts = [];
  var PAPER_WIDTH = 640;

  function colour(name) {
    return window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  /* "var(--green-line)" anywhere in the option becomes the colour of the day */
  function resolved(value) {
    if (typeof value === 'string') return value.replace(/^var\((--[\w-]+)\)$/, function (_, name) { return colour(name); });
    if (Array.isArray(value)) return value.map(resolved);
    if (value && typeof value === 'object') {
      return Object.keys(value).reduce(function (copy, key) { copy[key] = resolved(value[key]); return copy; }, {});
    }
    return value;
  }

  function axis(given) {
    if (!given) return given;
    if (Array.isArray(given)) return given.map(axis);
    var ink = colour('--chart-ink');
    var line = colour('--chart-line');
    return Object.assign({}, given, {
      axisLabel: Object.assign({ color: ink }, given.axisLabel),
      nameTextStyle: Object.assign({ color: ink }, given.nameTextStyle),
      axisLine: Object.assign({ lineStyle: { color: line } }, given.axisLine),
      splitLine: Object.assign({ lineStyle: { color: line } }, given.splitLine)
    });
  }

  function radar(given) {
    if (!given) return given;
    var line = colour('--chart-line');
    return Object.assign({ radius: '68%', axisName: { color: colour('--chart-ink') }, splitArea: { show: false },
      splitLine: { lineStyle: { color: line } }, axisLine: { lineStyle: { color: line } } }, given);
  }

  function dressed(given) {
    var option = resolved(given);
    var ink = colour('--chart-ink');
    var base = {
      backgroundColor: colour('--card'),
      color: [1, 2, 3, 4, 5, 6].map(function (n) { return colour('--chart-' + n); }),
      textStyle: { fontFamily: colour('--font'), color: ink },
      animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      aria: { enabled: true },
      grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true }
    };
    Object.assign(base, option);
    base.tooltip = Object.assign({ trigger: 'item', backgroundColor: colour('--card'), borderColor: colour('--line'), textStyle: { color: colour('--ink') } },
      option.tooltip, { renderMode: 'richText' });
    if (option.legend) base.legend = Object.assign({ top: 0, itemGap: 16, textStyle: { color: ink } }, option.legend);
    if (option.visualMap) base.visualMap = Object.assign({ textStyle: { color: ink } }, option.visualMap);
    ['xAxis', 'yAxis'].forEach(function (name) { if (option[name]) base[name] = axis(option[name]); });
    if (option.radar) base.radar = radar(option.radar);
    return base;
  }

  function follow(event) {
    var url = (event.data && event.data.url) || event.url;
    if (url) window.location.assign(url);
  }

  function start(place) {
    if (place.portalChart) return;
    var source = document.getElementById(place.getAttribute('data-chart'));
    var chart = window.echarts.init(place, null, { renderer: 'svg' });
    var option = JSON.parse(source.textContent);
    place.portalChart = true;
    chart.setOption(dressed(option));
    chart.on('click', follow);
    charts.push({ chart: chart, option: option, id: place.id });
    document.querySelectorAll('[data-chart-save="' + place.id + '"]').forEach(function (button) { button.hidden = false; });
  }

  /* the drawing as it stands, as a file of its own */
  function save(button) {
    var id = button.getAttribute('data-chart-save');
    var each = charts.filter(function (one) { return one.id === id; })[0];
    if (!each) return;
    var link = document.createElement('a');
    var file = new Blob([each.chart.renderToSVGString()], { type: 'image/svg+xml' });
    link.href = URL.createObjectURL(file);
    link.download = button.getAttribute('data-chart-name') + '.svg';
    document.body.appendChild(link);
    link.click();
    link.remove();
    window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  }

  /* paper is white and as wide as a sheet, whatever the screen was; the drawing is made before the print style holds */
  function print(isPaper) {
    var root = document.documentElement;
    var theme = root.getAttribute('data-bs-theme');
    if (isPaper) root.setAttribute('data-bs-theme', 'light');
    charts.forEach(function (each) {
      each.chart.resize(isPaper ? { width: PAPER_WIDTH } : undefined);
      each.chart.setOption(Object.assign(dressed(each.option), { animation: false }), true);
    });
    if (isPaper && theme) root.setAttribute('data-bs-theme', theme);
    else if (isPaper) root.removeAttribute('data-bs-theme');
  }

  portal.startCharts = function (root) {
    if (window.echarts) root.querySelectorAll('[data-chart]').forEach(start);
  };
  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-chart-save]');
    if (button) save(button);
  });
  window.addEventListener('beforeprint', function () { print(true); });
  window.addEventListener('afterprint', function () { print(false); });
  window.addEventListener('resize', function () {
    charts.forEach(function (each) { each.chart.resize(); });
  });
  document.addEventListener('portal:theme', function () {
    charts.forEach(function (each) { each.chart.setOption(dressed(each.option), true); });
  });
  portal.startCharts(document);
}());
