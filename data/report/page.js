// Starts the page: reads the data, draws the sections, keeps what is chosen.

class Page {
  constructor(report, body) {
    this.report = report;
    this.body = body;
    this.filters = new Map();  // what is filtered by -> { words, keeps(row) }
    this.search = '';
    this.columns = this.makeColumns();
    this.usable = Array.from(report.usable.keys()).filter((row) => report.usable[row]);
    this.lead();
    this.tiles();
    this.reasons();
    this.flags();
    this.charts();
    this.gallery();
    this.table = new Table(report, this.columns, { table: byId('table'), pager: byId('pager') }, (row, far) => this.choose(row, far));
    this.panel = new PersonPanel(byId('person'), report, body, this.columns, {
      step: (row, by) => this.table.neighbour(row, by), choose: (row) => { if (row >= 0) this.choose(row, false); },
    });
    this.tools();
    this.settings();
    this.refresh();
    this.start();
  }

  makeColumns() {
    const { report } = this;
    const columns = [{ key: 'id', kind: 'id', label: 'Person', shown: true, about: 'The person\'s id' }];
    const known = (keys, words) => [...keys].sort((a, b) => rank(words, a) - rank(words, b));
    for (const key of known(report.texts.keys(), TEXTS)) columns.push({ ...textColumn(key), ...report.texts.get(key) });
    const has2d = this.anyNumber('reprojection_px');
    for (const key of known(report.numbers.keys(), COLUMNS)) {
      const column = { ...numberColumn(key), values: report.numbers.get(key) };
      if (key === 'residual_median' && has2d && !this.anyNumberWithout('residual_median', 'reprojection_px')) continue;  // the same twice
      if (!this.anyNumber(key)) column.shown = column.chart = false;
      column.digits = digitsOf(column.values, column.factor);
      columns.push(column);
    }
    // In mixed results the median is px for some and metres for others.
    const mixed = columns.find((column) => column.key === 'residual_median');
    if (mixed && has2d) Object.assign(mixed, { unit: '', factor: 1, digits: 3, shown: false, chart: false, label: 'Residual, px or m' });
    for (const term of report.terms) columns.push({ ...numberColumn(term.key), label: 'Cost: ' + term.key, about: 'Share of the cost', values: term.values, digits: digitsOf(term.values, 1) });
    return columns;
  }

  anyNumber(key) {
    const values = this.report.numbers.get(key);
    return values !== undefined && values.some((value) => Number.isFinite(value));
  }

  anyNumberWithout(key, other) {
    const values = this.report.numbers.get(key), others = this.report.numbers.get(other);
    return values.some((value, row) => Number.isFinite(value) && !Number.isFinite(others[row]));
  }

  lead() {
    const { report } = this;
    const failed = report.rows - this.usable.length;
    byId('lead').textContent = report.rows === 0 ? 'Nobody is in these results.'
      : `${people(report.rows)}, ${this.usable.length === report.rows ? (report.rows === 1 ? 'usable' : 'all usable') : failed === report.rows ? 'none of them usable' : failed.toLocaleString('en') + ' not usable'}. ` +
        `${report.facts.model ? 'Body: ' + report.facts.model + '. ' : ''}${this.body && this.usable.length > 0 ? report.statement : ''}`;
  }

  tiles() {
    const { report } = this;
    const entries = [['People', report.rows.toLocaleString('en'), ''],
      ['Usable', this.usable.length.toLocaleString('en'), report.rows > 0 ? inNumbers(100 * this.usable.length / report.rows, 1) + '\u202f%' : '']];
    for (const key of ['residual_percent', 'reprojection_px', 'residual_median', 'joints_std_median_m', 'joints_relative_std_median_m', 'milliseconds']) {
      const column = this.columns.find((one) => one.key === key);
      if (!column || !column.shown) continue;
      const sorted = Float32Array.from(this.usable.map((row) => column.values[row]).filter(Number.isFinite)).sort();
      if (sorted.length > 0) entries.push([column.label, withUnit(percentile(sorted, 0.5), column), 'median', column.about]);
    }
    for (const [name, value, more, about] of entries) {
      const tile = element('div', {}, element('dt', {}, name), element('dd', {}, value, ' ', element('small', {}, more)));
      if (about) tip(tile, about);
      byId('tiles').append(tile);
    }
  }

  reasons() {
    const column = this.report.texts.get('reason');
    if (!column) return;
    const counts = new Map();
    for (const code of column.codes) counts.set(code, (counts.get(code) || 0) + 1);
    if (counts.size < 2 && column.names[[...counts.keys()][0]] === 'ok') return;
    const body = element('tbody');
    for (const [code, count] of [...counts].sort((a, b) => b[1] - a[1])) {
      const name = column.names[code] || '(none)';
      body.append(element('tr', {},
        element('td', {}, element('button', { class: 'word', type: 'button', onclick: () => this.filterByReason(code, name) }, name)),
        element('td', { class: 'number' }, count.toLocaleString('en')),
        element('td', { class: 'number' }, share(count, this.report.rows) + '\u202f%'),
        element('td', {}, adviceOn(name))));
    }
    const head = element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Reason'), element('th', { scope: 'col', class: 'number' }, 'People'), element('th', { scope: 'col', class: 'number' }, 'Share'), element('th', { scope: 'col' }, 'What it means, and what to do')));
    byId('reasons').append(element('table', { class: 'reasons', id: 'reason-table' }, head, body));
  }

  // How many people have each flag, with a filter each.
  flags() {
    const column = this.report.texts.get('flags');
    if (!column) return;
    const codesOf = column.names.map((text) => new Set(flagsOf(text).map((flag) => flag.code)));
    const counts = new Map();
    for (const row of this.usable) for (const code of codesOf[column.codes[row]]) counts.set(code, (counts.get(code) || 0) + 1);
    if (counts.size === 0) return;
    const body = element('tbody');
    for (const [code, count] of [...counts].sort((a, b) => b[1] - a[1])) {
      const filter = () => {
        this.filters.set('flag ' + code, { words: 'Flag: ' + code, keeps: (row) => codesOf[column.codes[row]].has(code) });
        this.refresh();
        byId('people-section').scrollIntoView({ behavior: 'smooth' });
      };
      body.append(element('tr', {}, element('td', {}, element('button', { class: 'word', type: 'button', onclick: filter }, code)),
        element('td', { class: 'number' }, count.toLocaleString('en')),
        element('td', { class: 'number' }, share(count, this.usable.length) + '\u202f%'),
        element('td', {}, Object.hasOwn(FLAGS, code) ? FLAGS[code] : '')));
    }
    byId('reasons').append(element('table', { class: 'reasons', id: 'flags' }, element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Flag'), element('th', { scope: 'col', class: 'number' }, 'People'), element('th', { scope: 'col', class: 'number' }, 'Of usable'), element('th', { scope: 'col' }, 'What to be wary of'))), body));
  }

  filterByReason(code, name) {
    const { codes } = this.report.texts.get('reason');
    this.filters.set('reason', { words: 'Reason: ' + name, keeps: (row) => codes[row] === code });
    this.refresh();
    byId('people-section').scrollIntoView({ behavior: 'smooth' });
  }

  charts() {
    this.histograms = this.columns.filter((column) => column.kind === 'number' && column.chart)
      .map((column) => new Histogram(column, column.values, this.usable, (of, range, words) => {
        const key = 'number ' + of.key, values = of.values, before = this.filters.get(key);
        const name = `${of.label}: ${words}`;
        if (before && before.words === name) this.filters.delete(key);
        else this.filters.set(key, { words: name, keeps: (row) => values[row] >= range.low && values[row] < range.high });
        this.refresh();
      })).filter((histogram) => histogram.bins !== null);
    byId('charts').append(...this.histograms.map((histogram) => histogram.figure));
    byId('charts-section').hidden = this.histograms.length === 0;
  }

  gallery() {
    const { report } = this, place = byId('gallery');
    const add = (title, rows, caption) => {
      const shown = rows.filter((row) => report.pictures.has(row));
      if (shown.length === 0) return;
      place.append(element('h3', {}, title), element('ul', { class: 'gallery' }, ...shown.map((row) => element('li', {},
        element('button', { type: 'button', title: report.ids[row], onclick: () => this.choose(row, true) },
          element('img', { src: report.pictures.get(row), alt: '', loading: 'lazy' }), element('span', {}, report.ids[row]), element('span', {}, caption(row)))))));
    };
    const residual = this.columns.find((column) => column.key === 'residual_percent'), reason = report.texts.get('reason');
    add('Usable, the largest residuals first', report.worst, (row) => residual ? withUnit(residual.values[row], residual) : '');
    add('Not usable', report.failed, (row) => reason ? reason.names[reason.codes[row]] : '');
    byId('gallery-section').hidden = place.childElementCount === 0;
  }

  tools() {
    let waiting = 0;
    byId('search').addEventListener('input', (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { this.search = event.target.value.trim().toLowerCase(); this.refresh(); }, 120);
    });
    for (const column of this.columns) {
      if (column.kind === 'id') continue;
      const box = element('input', { type: 'checkbox', checked: column.shown });
      box.addEventListener('change', () => { column.shown = box.checked; this.table.draw(); });
      byId('column-list').append(element('label', {}, box, ' ', column.label));
    }
    byId('save').addEventListener('click', () => {
      const url = URL.createObjectURL(new Blob([this.table.csv()], { type: 'text/csv' }));
      element('a', { href: url, download: 'people.csv' }).click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    });
    document.addEventListener('click', (event) => {
      if (!event.target.closest('#columns')) byId('columns').open = false;
    });
    document.addEventListener('keydown', (event) => { if (event.key === 'Escape') byId('columns').open = false; });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { if (this.panel.view) { this.panel.view.paint(); this.panel.view.draw(); } });
    addEventListener('hashchange', () => this.chooseFromAddress());
  }

  settings() {
    const { report } = this;
    const list = element('dl', { class: 'facts' });
    const add = (name, value) => { if (value !== '' && value !== undefined && value !== null) list.append(element('div', {}, element('dt', {}, name), element('dd', {}, String(value)))); };
    for (const [key, name] of Object.entries(FACTS)) add(name, report.facts[key]);
    const focal = report.texts.get('focal_source');
    if (focal) add('Focal length', [...new Set(this.usable.map((row) => focal.codes[row]))].map((code) => focal.names[code]).filter((name) => name).join(', '));
    const size = report.texts.get('camera_source');
    if (size) add('Image size', [...new Set(this.usable.map((row) => size.codes[row]))].map((code) => size.names[code]).filter((name) => name).join(', '));
    for (const [key, name] of Object.entries(RUN)) add(name, key === 'starts' && report.run[key] === 0 ? 'as the recipe says' : report.run[key]);
    add('Page made by version', report.version);
    byId('settings').append(list);
    if (typeof report.run.command === 'string') byId('settings').append(element('h3', {}, 'To do it again'), commandLine(report.run.command));
    if (this.body && report.facts.model !== 'mannequin') {
      byId('settings').append(element('p', { class: 'note', style: 'margin-top:1rem' }, `This page holds the body model ${report.facts.model || ''} itself. Share it only as the model's licence allows, or make it with --bodies=0.`));
    }
  }

  refresh() {
    const { report, filters, search } = this;
    const found = search === '' ? null : this.finder(search);
    const tests = [...filters.values()].map((filter) => filter.keeps);
    if (found) tests.push(found);
    const keeps = new Uint8Array(report.rows);
    const rows = [];
    for (let row = 0; row < report.rows; ++row) {
      if (tests.every((test) => test(row))) { keeps[row] = 1; rows.push(row); }
    }
    this.table.keep(Uint32Array.from(rows));
    for (const histogram of this.histograms) histogram.update((row) => keeps[row] === 1);
    const chips = [...filters].map(([key, filter]) => element('button', { type: 'button', title: 'Take this filter away', onclick: () => { filters.delete(key); this.refresh(); } }, filter.words + ' ×'));
    byId('chips').replaceChildren(tests.length === 0 ? people(report.rows) : `${rows.length.toLocaleString('en')} of ${people(report.rows)}`, ...chips);
  }

  // Whether an id or one of a person's words holds the text.
  finder(text) {
    const { ids, texts } = this.report;
    const columns = [...texts.values()].map((column) => ({ codes: column.codes, holds: column.names.map((name) => name.toLowerCase().includes(text)) }));
    return (row) => ids[row].toLowerCase().includes(text) || columns.some((column) => column.holds[column.codes[row]]);
  }

  choose(row, far) {
    this.panel.show(row);
    this.table.select(row, false);
    history.replaceState(null, '', '#id=' + encodeURIComponent(this.report.ids[row]));
    if (far && !inSight(byId('person'))) byId('person').scrollIntoView({ behavior: 'smooth', block: 'start' });
  }

  chooseFromAddress() {
    const wanted = /^#id=(.*)$/.exec(location.hash);
    let id = '';
    try { id = wanted ? decodeURIComponent(wanted[1]) : ''; } catch { /* no id is spelled so */ }
    const row = id === '' ? -1 : this.report.ids.indexOf(id);
    if (row >= 0) this.choose(row, true);
    return row >= 0;
  }

  start() {
    byId('content').hidden = false;
    const { report } = this;
    byId('person').hidden = report.rows === 0;
    if (report.rows === 0 || this.chooseFromAddress()) return;
    const first = [...report.worst, ...report.bodies.rows, 0][0];
    this.panel.show(first);
    this.table.select(first, false);
    if (this.table.page > 0 && this.table.order[0] !== undefined) { this.table.page = 0; this.table.draw(); }
  }
}

function byId(id) {
  return document.getElementById(id);
}

function rank(words, key) {
  const place = Object.keys(words).indexOf(key);
  return place < 0 ? Infinity : place;
}

function people(count) {
  return count === 1 ? '1 person' : count.toLocaleString('en') + ' people';
}

// In percent; a few are never nobody.
function share(count, all) {
  const percent = 100 * count / all;
  return percent < 0.05 && count > 0 ? '< 0.1' : inNumbers(percent, 1);
}

function inSight(place) {
  const box = place.getBoundingClientRect();
  return box.top >= 0 && box.top < 0.6 * innerHeight;
}

function tip(target, text) {
  const box = byId('tip');
  const show = () => {
    const at = target.getBoundingClientRect();
    box.textContent = text;
    box.hidden = false;
    const size = box.getBoundingClientRect();
    box.style.left = Math.max(4, Math.min(innerWidth - size.width - 4, at.left + at.width / 2 - size.width / 2)) + 'px';
    box.style.top = (at.top - size.height - 6 > 4 ? at.top - size.height - 6 : at.bottom + 6) + 'px';
  };
  const hide = () => { box.hidden = true; };
  target.addEventListener('pointerenter', show);
  target.addEventListener('pointerleave', hide);
  target.addEventListener('focus', show);
  target.addEventListener('blur', hide);
}

async function main() {
  try {
    if (typeof DecompressionStream === 'undefined') throw new Error('this browser is too old: it needs DecompressionStream (2023 or later)');
    const data = JSON.parse(byId('report-data').textContent);
    byId('report-data').remove();
    const report = await unpackReport(data);
    const body = data.body && report.bodies.rows.length > 0 ? await Body.unpack(data.body) : null;
    // For the console.
    window.vitruvius = new Page(report, body);
  } catch (error) {
    byId('lead').textContent = '';
    byId('trouble').textContent = 'The page could not show its data: ' + error.message;
    byId('trouble').hidden = false;
    throw error;
  }
}

main();
