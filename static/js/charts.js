/* [data-chart="<id of the json_script>"]: an ECharts option drawn as SVG in the page's own colours. */
(function () {
  'use strict';
  var portal = window.portal;
  var charts = [];

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
    charts.push({ chart: chart, option: option });
  }

  portal.startCharts = function (root) {
    if (window.echarts) root.querySelectorAll('[data-chart]').forEach(start);
  };
  window.addEventListener('resize', function () {
    charts.forEach(function (each) { each.chart.resize(); });
  });
  document.addEventListener('portal:theme', function () {
    charts.forEach(function (each) { each.chart.setOption(dressed(each.option), true); });
  });
  portal.startCharts(document);
}());
