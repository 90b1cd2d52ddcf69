// Histograms. A bar filters the table; dark bars are the people that the filters leave.

const MOST_BARS = 24;

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

// Edges of the bars: one a whole number where there are few, logarithmic where values span decades, else even
// up to the 99th percentile. The last bar is open. Null where there is nothing to see.
function binsOf(values) {
  const sorted = Float32Array.from(values).sort();
  if (sorted.length < 2) return null;
  const low = sorted[0], high = sorted[sorted.length - 1];
  if (!(high > low)) return null;
  const far = percentile(sorted, 0.99);
  const numBars = Math.min(MOST_BARS, Math.max(8, Math.round(2 * Math.sqrt(sorted.length))));
  const whole = sorted.every((value) => Number.isInteger(value));
  const edges = [];
  if (whole && high - low < MOST_BARS) {
    for (let value = low; value <= high; ++value) edges.push(value - 0.5);
    return { edges, high: high + 0.5, whole: true };
  }
  if (low > 0 && far / percentile(sorted, 0.01) > 100) {
    const ratio = Math.log(far / low) / numBars;
    for (let i = 0; i < numBars; ++i) edges.push(low * Math.exp(i * ratio));
    return { edges, high: far < high ? Infinity : high, log: true, far };
  }
  const top = far > low ? far : high;
  const start = low >= 0 && low < 0.3 * top ? 0 : low;
  for (let i = 0; i < numBars; ++i) edges.push(start + (top - start) * i / numBars);
  return { edges, high: top < high ? Infinity : high, far: top };
}

function barOf(bins, value) {
  const { edges } = bins;
  let low = 0, high = edges.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value >= edges[middle]) low = middle;
    else high = middle;
  }
  return low;
}

class Histogram {
  constructor(column, values, rows, choose) {
    const known = rows.filter((row) => Number.isFinite(values[row]));
    this.column = column;
    this.values = values;
    this.bins = binsOf(known.map((row) => values[row]));
    if (this.bins === null) return;
    this.rows = known;
    this.bars = this.bins.edges.map(() => 0);
    for (const row of known) ++this.bars[barOf(this.bins, values[row])];
    this.draw(choose);
  }

  range(bar) {
    const { edges, high } = this.bins;
    return { low: bar === 0 ? -Infinity : edges[bar], high: bar + 1 < edges.length ? edges[bar + 1] : high === Infinity ? Infinity : high * (1 + 1e-6) + 1e-12 };
  }

  words(bar) {
    const { column, bins } = this;
    if (bins.whole) return String(Math.round(bins.edges[bar] + 0.5));
    const low = bins.edges[bar] * column.factor;
    const last = bar + 1 === bins.edges.length;
    const unit = column.unit ? '\u202f' + column.unit : '';
    if (last && bins.high === Infinity) return '≥ ' + onAxis(low) + unit;
    return onAxis(low) + ' to ' + onAxis((last ? bins.high : bins.edges[bar + 1]) * column.factor) + unit;
  }

  draw(choose) {
    const width = 300, height = 118, bottom = 18, top = 6;
    const most = Math.max(...this.bars), step = width / this.bars.length;
    const tall = (count) => count === 0 ? 0 : Math.max(1.5, (height - bottom - top) * count / most);
    const svg = drawing('svg', { viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'Histogram of ' + this.column.label });
    svg.append(drawing('line', { x1: 0, x2: width, y1: height - bottom, y2: height - bottom }));
    this.parts = this.bars.map((count, bar) => {
      const x = bar * step + step * 0.06, barWidth = step * 0.88;
      const part = drawing('rect', { class: 'part', x, width: barWidth, rx: 1 });
      const says = `${this.words(bar)}: ${count.toLocaleString('en')} ${count === 1 ? 'person' : 'people'}`;
      const group = drawing('g', { class: 'bar', role: 'button', tabindex: count > 0 ? 0 : -1, 'aria-label': says },
        drawing('rect', { class: 'all', x, width: barWidth, y: height - bottom - tall(count), height: tall(count), rx: 1 }), part,
        drawing('rect', { class: 'hit', x: bar * step, width: step, y: top, height: height - bottom - top }));
      const pick = () => choose(this.column, this.range(bar), this.words(bar));
      group.addEventListener('click', pick);
      group.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); pick(); }
      });
      tip(group, says);
      svg.append(group);
      return { part, tall };
    });
    this.base = height - bottom;
    const { edges, high, whole } = this.bins;
    const middle = edges.length >> 1;
    const label = (bar, anchor, text) => svg.append(drawing('text', { x: anchor === 'start' ? 0 : anchor === 'end' ? width : (bar + (whole ? 0.5 : 0)) * step, y: height - 4, 'text-anchor': anchor }, text));
    const shown = (value) => onAxis((whole ? Math.round(value + 0.5) : value) * this.column.factor);
    label(0, 'start', shown(edges[0]));
    if (edges.length > 2) label(middle, 'middle', shown(edges[middle]));
    label(edges.length, 'end', high === Infinity ? '≥ ' + shown(edges[edges.length - 1]) : whole ? shown(edges[edges.length - 1]) : shown(high));
    const sorted = Float32Array.from(this.rows, (row) => this.values[row]).sort();
    const caption = element('figcaption', {}, element('b', {}, this.column.label + (this.column.unit ? ', ' + this.column.unit : '')),
      element('span', {}, 'median ' + withUnit(percentile(sorted, 0.5), { ...this.column, unit: '' }) + ', 95\u202f% ' + withUnit(percentile(sorted, 0.95), { ...this.column, unit: '' })));
    tip(caption, this.column.about);
    this.figure = element('figure', { class: 'chart', 'data-key': this.column.key }, caption, svg);
  }

  // keeps(row): whether the filters leave a person.
  update(keeps) {
    const counts = this.bars.map(() => 0);
    for (const row of this.rows) if (keeps(row)) ++counts[barOf(this.bins, this.values[row])];
    counts.forEach((count, bar) => {
      const { part, tall } = this.parts[bar];
      part.setAttribute('y', this.base - tall(count));
      part.setAttribute('height', tall(count));
    });
  }
}
