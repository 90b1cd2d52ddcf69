// Headed parts of a page, and tables of texts in them.

function short(value) {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 1e4 ? value.toExponential(1) : inNumbers(value, Math.abs(value) < 10 ? 2 : 1);
}

// Rows of texts; a row of one cell is a heading.
function table(head, rows) {
  const body = rows.map((row) => row.length === 1
    ? element('tr', { class: 'part' }, element('th', { colspan: head.length, scope: 'rowgroup' }, row[0]))
    : element('tr', {}, ...row.map((cell, i) => element(i ? 'td' : 'th', i ? { class: 'number' } : { scope: 'row' }, cell))));
  return element('div', { class: 'scroll' }, element('table', { class: 'plain' },
    element('thead', {}, element('tr', {}, ...head.map((cell, i) => element('th', { class: i ? 'number' : '', scope: 'col' }, cell)))), element('tbody', {}, ...body)));
}

function section(title, about, ...parts) {
  return element('section', {}, element('h2', {}, title), element('p', { class: 'note' }, about), ...parts);
}

// make(data) gives the page's { lead, sections }; what goes wrong is told in the page.
function showPage(make) {
  const leadLine = document.getElementById('lead'), content = document.getElementById('content');
  try {
    const { lead, sections } = make(JSON.parse(document.getElementById('report-data').textContent));
    leadLine.textContent = lead;
    content.append(...sections);
    content.hidden = false;
  } catch (error) {
    leadLine.textContent = '';
    const trouble = document.getElementById('trouble');
    trouble.textContent = 'The page could not show its data: ' + error.message;
    trouble.hidden = false;
    throw error;
  }
}
