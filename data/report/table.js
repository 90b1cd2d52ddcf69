// The table of people: sorted by any column, filtered, a page at a time.

const PAGE_ROWS = 50;

class Table {
  constructor(report, columns, places, choose) {
    this.report = report;
    this.columns = columns;
    this.places = places;  // { table, pager }
    this.choose = choose;
    this.sorting = { key: '', descending: false };
    this.page = 0;
    this.kept = Uint32Array.from({ length: report.rows }, (_, row) => row);
    this.order = this.kept;
    this.selected = -1;
    this.ranks = new Map();
    places.table.tBodies[0].addEventListener('click', (event) => {
      const line = event.target.closest('tr[data-row]');
      if (line) this.choose(Number(line.dataset.row), true);
    });
    places.table.tBodies[0].addEventListener('keydown', (event) => this.onKey(event));
  }

  shown() {
    return this.columns.filter((column) => column.shown);
  }

  // Numbers by which the rows of a column are ordered; NaN goes last either way.
  keysOf(column) {
    if (column.kind === 'number') return column.values;
    if (!this.ranks.has(column.key)) {
      const collator = new Intl.Collator('en', { numeric: true });
      const names = column.kind === 'id' ? this.report.ids : column.names;
      const order = Array.from(names.keys()).sort((a, b) => collator.compare(names[a], names[b]));
      const rankOfName = new Float64Array(names.length);
      order.forEach((name, place) => { rankOfName[name] = place; });
      this.ranks.set(column.key, column.kind === 'id' ? rankOfName : Float64Array.from(column.codes, (code) => rankOfName[code]));
    }
    return this.ranks.get(column.key);
  }

  sortBy(key) {
    const same = this.sorting.key === key;
    // First click: numbers from the largest, words from A.
    const column = this.columns.find((one) => one.key === key);
    this.sorting = { key, descending: same ? !this.sorting.descending : column.kind === 'number' };
    this.page = 0;
    this.sort();
    this.draw();
  }

  sort() {
    const column = this.columns.find((one) => one.key === this.sorting.key);
    this.order = this.kept;
    if (!column) return;
    const keys = this.keysOf(column), sign = this.sorting.descending ? -1 : 1;
    this.order = this.kept.slice().sort((a, b) => {
      const x = keys[a], y = keys[b];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a - b;
      return sign * (x - y) || a - b;
    });
  }

  keep(rows) {
    this.kept = rows;
    this.page = 0;
    this.sort();
    this.draw();
  }

  text(column, row) {
    if (column.kind === 'id') return this.report.ids[row];
    if (column.kind === 'number') return inNumbers(column.values[row] * column.factor, column.digits);
    return column.names[column.codes[row]];
  }

  draw() {
    const columns = this.shown();
    const head = element('tr');
    for (const column of columns) {
      const sorted = column.key === this.sorting.key ? (this.sorting.descending ? 'descending' : 'ascending') : null;
      head.append(element('th', { scope: 'col', class: column.kind === 'number' ? 'number' : '', 'aria-sort': sorted },
        element('button', { type: 'button', title: column.about, 'data-key': column.key, onclick: () => this.sortBy(column.key) },
          column.label + (column.unit ? ', ' + column.unit : ''))));
    }
    const focused = document.activeElement?.dataset?.key;
    this.places.table.tHead.replaceChildren(head);
    if (focused) head.querySelector(`button[data-key="${CSS.escape(focused)}"]`)?.focus();
    const rows = Array.from(this.order.subarray(this.page * PAGE_ROWS, (this.page + 1) * PAGE_ROWS));
    const lines = rows.map((row, index) => this.line(row, columns, index === 0));
    if (lines.length === 0) {
      lines.push(element('tr', {}, element('td', { class: 'empty', colspan: columns.length },
        this.report.rows === 0 ? 'There is nobody in these results.' : 'Nobody is left by these filters.')));
    }
    this.places.table.tBodies[0].replaceChildren(...lines);
    this.drawPager();
  }

  line(row, columns, first) {
    const chosen = row === this.selected;
    const line = element('tr', { 'data-row': row, tabindex: chosen || first ? 0 : -1, 'aria-selected': String(chosen) });
    for (const column of columns) {
      const text = this.text(column, row);
      const cell = element('td', { class: column.kind === 'number' ? 'number' : '', title: column.kind === 'number' ? null : text });
      if (column.kind === 'id') cell.append(element('span', { class: this.report.usable[row] ? 'mark' : 'mark bad', role: 'img', 'aria-label': this.report.usable[row] ? 'usable' : 'not usable' }));
      cell.append(text);
      line.append(cell);
    }
    return line;
  }

  numPages() {
    return Math.max(1, Math.ceil(this.order.length / PAGE_ROWS));
  }

  drawPager() {
    const pages = this.numPages();
    const turn = (page) => () => { this.page = Math.min(Math.max(page, 0), pages - 1); this.draw(); };
    const button = (text, label, page, off) => element('button', { type: 'button', 'aria-label': label, disabled: off, onclick: turn(page) }, text);
    const first = this.page * PAGE_ROWS, last = Math.min(first + PAGE_ROWS, this.order.length);
    this.places.pager.replaceChildren(
      element('span', {}, this.order.length === 0 ? '' : `${(first + 1).toLocaleString('en')} to ${last.toLocaleString('en')} of ${this.order.length.toLocaleString('en')}`),
      ...(pages === 1 ? [] : [
        button('«', 'First page', 0, this.page === 0), button('‹', 'Page before', this.page - 1, this.page === 0),
        button('›', 'Next page', this.page + 1, this.page === pages - 1), button('»', 'Last page', pages - 1, this.page === pages - 1)]));
  }

  // Marks a person and turns to the page that holds it.
  select(row, focus) {
    this.selected = row;
    const place = this.order.indexOf(row);
    if (place >= 0) this.page = Math.floor(place / PAGE_ROWS);
    this.draw();
    if (focus) this.places.table.tBodies[0].querySelector('tr[aria-selected="true"]')?.focus({ preventScroll: false });
  }

  // The person `step` places further in the order that is seen; -1 where there is none.
  neighbour(row, step) {
    const place = this.order.indexOf(row);
    const next = place + step;
    return place < 0 || next < 0 || next >= this.order.length ? -1 : this.order[next];
  }

  onKey(event) {
    const line = event.target.closest('tr[data-row]');
    if (!line) return;
    const row = Number(line.dataset.row);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE_ROWS, PageUp: -PAGE_ROWS };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.choose(row, true);
    } else if (event.key in steps) {
      event.preventDefault();
      const next = this.neighbour(row, steps[event.key]);
      if (next >= 0) { this.choose(next, false); this.select(next, true); }
    }
  }

  csv() {
    const columns = this.columns;
    const quoted = (text) => /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
    // A spreadsheet would run text that begins like a formula.
    const plain = (text) => quoted(/^[=+\-@\t\r]/.test(text) ? "'" + text : text);
    const lines = [['status', ...columns.map((column) => column.key)].map(plain).join(',')];
    for (const row of this.order) {
      lines.push([String(this.report.usable[row]), ...columns.map((column) => column.kind === 'number' ? String(column.values[row]) : plain(this.text(column, row)))].join(','));
    }
    return lines.join('\n') + '\n';
  }
}
