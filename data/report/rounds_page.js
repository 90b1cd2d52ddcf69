// The page about rounds of registration and learning: errors by round, labels, times, curves, pictures.

const STAGES = { lifter: 'depth lifter', registrations: 'registration', regressor: 'regressor', predictions: 'predictions, train', test: 'predictions, test' };
// Key of scores.json, what it is called, its digits.
const ERRORS = [
  ['rescaled_mpjpe_mm', 'MPJPE, skeleton rescaled, mm', 1], ['mpjpe_mm', 'MPJPE, mm', 1], ['pa_mpjpe_mm', 'PA-MPJPE, mm', 1],
  ['pa_vertex_mm', 'vertices, aligned, mm', 1], ['pixel_in_crop_224', 'vertices, px of 224', 2]];

function percentOf(count, all) {
  return all > 0 ? `${count.toLocaleString('en')} (${inNumbers(100 * count / all, 1)} %)` : '–';
}

function errorSection({ rounds, train, test }) {
  const names = rounds.map((round) => `round ${round.round}`);
  const rows = [];
  for (const [key, title] of [['test', `Regressor, ${test.toLocaleString('en')} test people`], ['registration', `Registration, ${train.toLocaleString('en')} training people`], ['train_predictions', 'Regressor, training people']]) {
    if (!rounds.some((round) => round[key])) continue;
    rows.push([title]);
    for (const [name, label, digits] of ERRORS) rows.push([label, ...rounds.map((round) => round[key] ? inNumbers(round[key][name], digits) : '–')]);
  }
  rows.push(['Points that were seen, px of a crop of 224'], ['regressor, test', ...rounds.map((round) => inNumbers(round.test_points_px, 2))], ['registration, training', ...rounds.map((round) => inNumbers(round.registration_points_px, 2))]);
  const charts = element('div', { class: 'charts wide' });
  for (const [key, title] of [['rescaled_mpjpe_mm', 'MPJPE, skeleton rescaled, mm'], ['pixel_in_crop_224', 'Vertices in the picture, px of 224']]) {
    const series = [['test', 'regressor, test'], ['registration', 'registration'], ['train_predictions', 'regressor, training']]
      .filter(([part]) => rounds.some((round) => round[part])).map(([part, name]) => ({ name, values: rounds.map((round) => round[part]?.[key] ?? NaN) }));
    if (series.length > 0 && rounds.length > 1) charts.append(lineChart({ title, about: 'means over people', x: rounds.map((round) => round.round), series, xLabel: 'round', low: 0 }));
  }
  return section('Errors by round', 'Means over people. Rescaled: the predicted skeleton scaled to the template\'s total bone length. Aligned: after the best similarity. Where the truth is not known, the distance of the points that were seen is all there is.', table(['', ...names], rows), charts);
}

function labelSection({ rounds, train }) {
  return section('Registrations as labels', 'A registration counts less the worse its residual or its own deviation is beside the usual one, and not at all far beyond it; then the points alone teach.',
    table(['', 'in full', 'lowered', 'left out', 'not usable'], rounds.map(({ round, labels }) => [`round ${round}`, ...[labels.full, labels.lowered, labels.left_out, labels.unusable].map((count) => percentOf(count, train))])));
}

function timeSection({ rounds, times }) {
  const stages = Object.keys(STAGES).filter((stage) => times.some((time) => time.stage === stage));
  if (stages.length === 0) return '';
  const seconds = (round, stage) => times.filter((time) => time.round === round && (!stage || time.stage === stage)).reduce((sum, time) => sum + time.seconds, 0);
  const minutes = times.reduce((sum, time) => sum + time.seconds, 0) / 60;
  return section('Time', `Seconds a stage, ${inNumbers(minutes, 1)} minutes in all.`,
    table(['', ...stages.map((stage) => STAGES[stage]), 'round'], rounds.map(({ round }) => [`round ${round}`, ...stages.map((stage) => inNumbers(seconds(round, stage), 0)), inNumbers(seconds(round), 0)])));
}

function curveSection(trainings) {
  const charts = element('div', { class: 'charts wide' });
  for (const { round, stage, losses, columns } of trainings) {
    const steps = columns.step;
    if (!steps || steps.length < 2) continue;
    const series = Object.entries(columns).filter(([name]) => losses.includes(name)).map(([name, values]) => ({ name, values: values.map((value) => value ?? NaN) }));
    charts.append(lineChart({ title: `Round ${round}, ${STAGES[stage] ?? stage}`, about: 'losses', x: steps, series, xLabel: 'step', log: series.every((line) => line.values.every((value) => !(value <= 0))) }));
  }
  return charts.childElementCount > 0 ? section('Trainings', 'Losses over the steps, means since the row before.', charts) : '';
}

showPage(({ document: found, sheets }) => ({
  lead: `${found.rounds.length} rounds; ${found.train.toLocaleString('en')} training and ${found.test.toLocaleString('en')} test people; body: ${found.model}; crops of ${found.crop_px} px; Vitruvius ${found.version}`,
  sections: [errorSection(found), labelSection(found), timeSection(found),
    ...sheets.map((sheet) => section(sheet.title, sheet.about, element('figure', { class: 'sheet' }, element('img', { src: sheet.url, alt: sheet.title, loading: 'lazy' })))),
    curveSection(found.trainings), section('How it was made', 'The command:', commandLine(found.command))],
}));
