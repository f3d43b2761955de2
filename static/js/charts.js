/* Curves over time from json_script data: thresholds dashed, projections dotted, the same figures as a table. */
(function () {
  "use strict";

  const TONES = ["#14467c", "#1a7f4b", "#a05f00", "#5b6675"];
  const INK = "#5b6675";
  const LINE = "#e3e7ed";
  const language = document.documentElement.lang || "zh-hans";
  const month = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" });

  function number(text, chart) {
    return text === null || text === "" ? null : Number(text) / (chart.divisor || 1);
  }

  function written(value, chart) {
    if (value === null || value === undefined) return "—";
    const places = chart.places === undefined ? 2 : chart.places;
    return value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  }

  function pairs(points, chart) {
    return (points || []).map(function (point) { return [point[0], number(point[1], chart)]; });
  }

  // Thresholds that lie close together would write over each other: the lower one is named below its line.
  function thresholds(chart) {
    const values = (chart.thresholds || []).map(function (one) { return number(one.value, chart); });
    const near = highest(chart) * 0.09;
    return (chart.thresholds || []).map(function (threshold, index) {
      const crowded = values.some(function (other) { return other > values[index] && other - values[index] < near; });
      const colour = threshold.next ? TONES[0] : INK;
      return {
        yAxis: values[index],
        name: threshold.label,
        lineStyle: { color: colour, type: [5, 4], width: 1.2 },
        label: { color: colour, formatter: "{b}", position: crowded ? "insideEndBottom" : "insideEndTop" },
      };
    });
  }

  function series(chart, words) {
    const lines = [];
    chart.series.forEach(function (line, index) {
      const colour = TONES[index % TONES.length];
      lines.push({
        name: line.name, type: "line", showSymbol: false, data: pairs(line.points, chart),
        lineStyle: { color: colour, width: 2.4 }, itemStyle: { color: colour }, emphasis: { disabled: true },
        markLine: index ? undefined : { symbol: "none", silent: true, animation: false, data: thresholds(chart) },
      });
      if (line.projected && line.projected.length) {
        lines.push({
          name: line.name + " · " + words.projected, type: "line", showSymbol: false, data: pairs(line.projected, chart),
          lineStyle: { color: colour, width: 2.4, type: [2, 4] }, itemStyle: { color: colour },
          emphasis: { disabled: true },
        });
      }
    });
    return lines;
  }

  function highest(chart) {
    const points = chart.series.flatMap(function (line) { return (line.points || []).concat(line.projected || []); });
    const values = points.map(function (point) { return number(point[1], chart) || 0; });
    // A threshold far above the curve still belongs in the picture; the axis must reach it.
    (chart.thresholds || []).forEach(function (one) { values.push(number(one.value, chart)); });
    return values.reduce(function (most, value) { return Math.max(most, value); }, 0);
  }

  function option(chart, words) {
    return {
      animation: false,
      aria: { enabled: false },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 12, top: chart.series.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
      legend: { show: chart.series.length > 1, top: 0, left: 0, itemWidth: 18, itemHeight: 3, icon: "rect",
                textStyle: { color: INK, fontSize: 12 }, data: chart.series.map(function (line) { return line.name; }) },
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { lineStyle: { color: "#8a94a3" } },
                 valueFormatter: function (value) { return written(value, chart) + " " + (chart.unit || ""); } },
      xAxis: { type: "time", axisLine: { lineStyle: { color: LINE } }, axisTick: { show: false }, splitNumber: 4,
               minInterval: 28 * 24 * 3600 * 1000,
               axisLabel: { color: INK, fontSize: 11, hideOverlap: true, alignMinLabel: "left", showMinLabel: true, showMaxLabel: false, formatter: function (moment) {
                 return month.format(new Date(moment + 12 * 3600 * 1000)); } } },
      yAxis: { type: "value", min: chart.from_zero === false ? undefined : 0, max: highest(chart) * 1.1 || 1,
               splitNumber: 3,
               splitLine: { lineStyle: { color: LINE } },
               axisLabel: { color: INK, fontSize: 11, showMaxLabel: false, formatter: function (value) {
                 return value.toLocaleString("en-US", { maximumFractionDigits: 2 }); } } },
      series: series(chart, words),
    };
  }

  // --- The same figures in words: the last day of every month, and the last day of all ----------------------
  function monthEnds(points) {
    return points.filter(function (point, index) {
      return index === points.length - 1 || points[index + 1][0].slice(0, 7) !== point[0].slice(0, 7);
    });
  }

  function cell(kind, text, className, scope) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (className) made.className = className;
    if (scope) made.scope = scope;
    return made;
  }

  function rows(chart, words) {
    const found = new Map();
    chart.series.forEach(function (line, index) {
      monthEnds(line.points || []).forEach(function (point) { put(found, point[0], "", index, number(point[1], chart)); });
      monthEnds((line.projected || []).slice(1)).forEach(function (point) {
        put(found, point[0], " (" + words.projected + ")", index, number(point[1], chart));
      });
    });
    return Array.from(found.values()).sort(function (a, b) { return a.day < b.day ? -1 : 1; });
  }

  function put(found, day, note, index, value) {
    const key = day + note;
    if (!found.has(key)) found.set(key, { day: key, values: [] });
    found.get(key).values[index] = value;
  }

  function table(chart, words) {
    const made = document.createElement("table");
    made.className = "table rows";
    const head = made.createTHead().insertRow();
    head.append(cell("th", words.date, "", "col"));
    chart.series.forEach(function (line) { 
      head.append(cell("th", line.name + (chart.unit ? " (" + chart.unit + ")" : ""), "num", "col"));
    });
    const body = made.createTBody();
    rows(chart, words).forEach(function (row) {
      const line = body.insertRow();
      line.append(cell("th", row.day, "", "row"));
      chart.series.forEach(function (_, index) { line.append(cell("td", written(row.values[index], chart), "num")); });
    });
    (chart.thresholds || []).forEach(function (threshold) {
      const line = body.insertRow();
      line.append(cell("th", words.threshold + " · " + threshold.label, "", "row"));
      const value = cell("td", written(number(threshold.value, chart), chart), "num");
      value.colSpan = chart.series.length;
      line.append(value);
    });
    return made;
  }

  function draw(figure) {
    if (figure.dataset.drawn) return;
    figure.dataset.drawn = "1";
    const chart = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    const words = { date: figure.dataset.date, projected: figure.dataset.projected, threshold: figure.dataset.threshold };
    figure.querySelector(".chart-table").replaceChildren(table(chart, words));
    const canvas = figure.querySelector(".chart-canvas");
    const drawing = echarts.init(canvas, null, { renderer: "canvas" });
    drawing.setOption(option(chart, words));
    new ResizeObserver(function () { drawing.resize(); }).observe(canvas);
  }

  function drawAll(within) { within.querySelectorAll("[data-chart]").forEach(draw); }
  drawAll(document);
  document.addEventListener("htmx:afterSettle", function (event) { drawAll(event.target); });
})();
