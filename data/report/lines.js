// Curves and clouds of points in a figure, one colour a series.

const SERIES_COLOURS = ['#1f77b4', '#d9622b', '#2a9d55', '#b8468c', '#8c6bb1', '#a0742a', '#4aa3a2', '#7f7f7f'];

function seriesColour(index) {
  return SERIES_COLOURS[index % SERIES_COLOURS.length];
}

function legend(names) {
  const list = element('p', { class: 'series' });
  names.forEach((name, i) => {
    const dot = element('i');
    dot.style.background = seriesColour(i);
    list.append(element('span', {}, dot, name));
  });
  return list;
}

// Round steps, 4 to 8 of them, over [low, high].
function ticksOf(low, high) {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const ticks = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + 1e-9 * step; value += step) ticks.push(value);
  return ticks;
}

// series: [{ name, values }], values over x, null where there is none. With `log` a logarithmic y axis.
function lineChart({ title, about, x, series, xLabel, log = false, low = null, high = null }) {
  const width = 420, height = 260, left = 44, bottom = 34, top = 8, right = 8;
  const seen = series.flatMap((line) => line.values).filter((value) => Number.isFinite(value) && (!log || value > 0));
  const least = low ?? Math.min(...seen), most = high ?? Math.max(...seen);
  const scale = log ? Math.log : (value) => value;
  const span = scale(most) - scale(least) || 1;
  const atX = (value) => left + (width - left - right) * (value - x[0]) / (x[x.length - 1] - x[0] || 1);
  const atY = (value) => height - bottom - (height - bottom - top) * (scale(value) - scale(least)) / span;
  const svg = drawing('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title });
  const ticks = log ? [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].filter((value) => value >= least && value <= most) : ticksOf(least, most);
  for (const value of ticks) {
    svg.append(drawing('line', { x1: left, x2: width - right, y1: atY(value), y2: atY(value) }),
      drawing('text', { x: left - 5, y: atY(value) + 3.5, 'text-anchor': 'end' }, onAxis(value)));
  }
  for (const value of ticksOf(x[0], x[x.length - 1])) {
    svg.append(drawing('text', { x: atX(value), y: height - bottom + 14, 'text-anchor': 'middle' }, onAxis(value)));
  }
  svg.append(drawing('text', { x: (left + width) / 2, y: height - 4, 'text-anchor': 'middle' }, xLabel));
  series.forEach((line, i) => {
    const places = line.values.map((value, k) => [atX(x[k]), value]).filter(([, value]) => Number.isFinite(value) && (!log || value > 0));
    svg.append(drawing('polyline', { points: places.map(([at, value]) => at.toFixed(1) + ',' + atY(value).toFixed(1)).join(' '), fill: 'none', stroke: seriesColour(i), 'stroke-width': 1.8, 'stroke-linejoin': 'round' }));
  });
  return element('figure', { class: 'chart' }, element('figcaption', {}, element('b', {}, title), element('span', {}, about || '')), svg, legend(series.map((line) => line.name)));
}

// sets: [{ name, points: [[x, y], ...] }]; the figure and a function that moves the points.
function cloud(title, sets) {
  const size = 560, edge = 12;
  const svg = drawing('svg', { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': title });
  const dots = sets.map((set, i) => set.points.map(() => {
    const dot = drawing('circle', { r: 2.2, fill: seriesColour(i), 'fill-opacity': 0.65 });
    svg.append(dot);
    return dot;
  }));
  const place = (placed) => {
    const all = placed.flat();
    const lowX = Math.min(...all.map((at) => at[0])), highX = Math.max(...all.map((at) => at[0]));
    const lowY = Math.min(...all.map((at) => at[1])), highY = Math.max(...all.map((at) => at[1]));
    const span = Math.max(highX - lowX, highY - lowY) || 1;
    placed.forEach((points, i) => points.forEach(([atX, atY], k) => {
      dots[i][k].setAttribute('cx', (edge + (size - 2 * edge) * (atX - lowX) / span).toFixed(1));
      dots[i][k].setAttribute('cy', (edge + (size - 2 * edge) * (atY - lowY) / span).toFixed(1));
    }));
  };
  place(sets.map((set) => set.points));
  return { figure: element('figure', { class: 'chart cloud' }, svg, legend(sets.map((set) => set.name))), place };
}
