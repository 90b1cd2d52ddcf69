// The page about pose priors: tables beside the paper's, curves, pictures.

const PAPER = 'Davydov et al., Adversarial Parametric Pose Prior, CVPR 2022';
// As printed. Its medians of GAN-S and GAN-U on train, and VPoser's test mean beside its median, look misprinted.
const PAPER_RECALL = [
  ['GAN-S', [4.0, 1.9, 5.5], [6.3, 2.6, 5.5]], ['GAN-U', [3.9, 1.9, 5.4], [6.2, 2.5, 5.4]],
  ['GAN-N', [4.0, 1.9, 3.6], [6.2, 2.5, 5.6]], ['VPoser', [5.2, 3.2, 4.3], [6.3, 4.0, 7.3]]];
const PAPER_RATIO = [['GAN-S', 4.3, 3.0, 3.5], ['GAN-U', 7.1, 7.7, 5.1], ['GAN-N', 5.7e2, 5.3e2, 8.6], ['VPoser', 1.8e5, 6.9e5, 9.1]];
const PAPER_FITS = [['GAN-S', 84.3], ['GAN-N', 85.4], ['flow', 89.6], ['VPoser', 90.1], ['GAN-U', 90.7], ['GMM', 92.3]];
const EMBEDDED = 300;  // points of each set in the t-SNE: more take a browser minutes

function meanStdMedian(summary) {
  if (!summary) return '–';
  if (Array.isArray(summary)) {  // as printed in the paper
    const [mean, std, median] = summary.map((value) => value >= 100 ? value.toExponential(1) : value.toFixed(1));
    return `${mean} ± ${std} / ${median}`;
  }
  const [mean, std, median] = [summary.mean ?? NaN, summary.std ?? NaN, summary.median ?? NaN];
  return `${short(mean)} ± ${short(std)} / ${short(median)}`;
}

function recallSection({ priors, settings, train, test, thresholds_mm: thresholds, vertices }) {
  const rows = [['here'], ...priors.map((prior) => [prior.name, ...['train', 'test'].flatMap((split) => [meanStdMedian(prior[split].recall_mm), meanStdMedian(prior[split].precision_mm)])]),
    [PAPER + ', table 1'], ...PAPER_RECALL.map(([name, ofTrain, ofTest]) => [name, meanStdMedian(ofTrain), 'figure only', meanStdMedian(ofTest), 'figure only'])];
  const charts = element('div', { class: 'charts wide' });
  for (const [key, name] of [['recall_mm', 'Recall'], ['precision_mm', 'Precision']]) {
    for (const split of ['train', 'test']) {
      charts.append(lineChart({ title: `${name}, ${split}`, about: 'share of bodies nearer than', x: thresholds, xLabel: 'mm', low: 0, high: 1,
        series: priors.map((prior) => ({ name: prior.name, values: prior[split][key].shares })) }));
    }
  }
  return section('Recall and precision', `Mean distance of all ${vertices.toLocaleString('en')} vertices to the nearest body, mm: mean ± deviation / median. Recall: of ${settings.queries.toLocaleString('en')} real bodies a split to the nearest of ${settings.samples.toLocaleString('en')} generated ones; precision: of generated bodies to the nearest real one.`,
    table(['', 'recall, train', 'precision, train', 'recall, test', 'precision, test'], rows),
    element('p', { class: 'note after' }, `Why they differ: the paper looks among 6 million generated bodies, here among ${settings.samples.toLocaleString('en')}, and distances to the nearest shrink as samples grow; it trained on 13.4 million frames of AMASS, here there are ${train.poses.toLocaleString('en')} train poses of ${train.subjects.length} groups, and what ${test.subjects.length} test ${test.subjects.length === 1 ? 'group does' : 'groups do'} may be nowhere among them. The row "real", where it is, is the train poses themselves: no prior of these data can expect to do much better on test.`),
    charts);
}

function pathSection({ priors, settings }) {
  const latent = priors.filter((prior) => prior.paths);
  if (latent.length === 0) return '';
  const rows = [['here'], ...latent.map((prior) => [prior.name, meanStdMedian(prior.paths.ratio), prior.paths.pairs.toLocaleString('en')]),
    [PAPER + ', table 2'], ...PAPER_RATIO.map(([name, ...values]) => [name, meanStdMedian(values), '8,128'])];
  const steps = latent[0].paths.curve.map((_, i) => i + 1);
  return section('Smoothness', 'Between latents of inverted test bodies, straight, or along the great circle on the sphere. R: the largest step of a path over the smallest, 1 at constant speed; mean ± deviation / median.',
    table(['', 'R', 'paths'], rows),
    element('p', { class: 'note after' }, `Why they differ: the paper does not say into how many steps it divides a path, here ${settings.path_steps}; R of finer steps is larger where a body nearly stands still, which moves means, hardly medians. Latents here are inverted by least squares from several starts, ending nearer to the middle of the latent space than an optimiser that stops far out.`),
    element('div', { class: 'charts wide' }, lineChart({ title: 'Steps along a path', about: 'share of the way, even steps: 1', x: steps, xLabel: 'step', log: true, series: latent.map((prior) => ({ name: prior.name, values: prior.paths.curve })) })));
}

function inversionSection({ priors, settings }) {
  const latent = priors.filter((prior) => prior.train.inversion_mm);
  if (latent.length === 0) return '';
  return section('Inversion', `The nearest body that the latent space holds to ${settings.inverted} real ones of each split, by least squares from several starts: mean ± deviation / median, mm.`,
    table(['', 'joints, train', 'joints, test', 'vertices, train', 'vertices, test'], latent.map((prior) => [prior.name, meanStdMedian(prior.train.inversion_joints_mm), meanStdMedian(prior.test.inversion_joints_mm), meanStdMedian(prior.train.inversion_mm), meanStdMedian(prior.test.inversion_mm)])));
}

function likenessSection({ priors }) {
  const percent = (value) => short(value) + ' %';
  const spread = (prior) => {
    const values = Object.entries(prior.spread).sort((a, b) => a[1] - b[1]);
    if (values.length === 0) return ['–', '–'];
    return [short(values[values.length >> 1][1]), `${short(values[0][1])} (${values[0][0].replaceAll('_', ' ')})`];
  };
  return section('Likeness and plausibility', 'Frechet: distance of normal distributions fitted to the joints, mm a joint. Coverage and density with 5 neighbours: both near 1 for equal distributions (0.97 coverage). Past limits: samples with a joint beyond its range by more than 3 degrees; in itself: by more than 1 cm. Spread: deviation of the joints\' rotations over that of the train poses; far below 1 tells of mode collapse.',
    table(['', 'Frechet, train', 'Frechet, test', 'coverage, train', 'coverage, test', 'density, train', 'past limits', 'in itself', 'spread, median', 'least'],
      priors.map((prior) => [prior.name, short(prior.train.frechet_mm), short(prior.test.frechet_mm), short(prior.train.coverage), short(prior.test.coverage), short(prior.train.density), percent(prior.beyond_limits_percent), percent(prior.self_penetrating_percent), ...spread(prior)])));
}

function fitSection({ priors, settings }) {
  const rows = priors.flatMap((prior) => prior.fits.map((fits) => [prior.name, fits.setup, fits.recipe, `${short(fits.mpjpe_mm.median)} (${short(fits.mpjpe_mm.mean)})`, `${short(fits.pa_mpjpe_mm.median)} (${short(fits.pa_mpjpe_mm.mean)})`, short(fits.usable_percent) + ' %', short(fits.fits_per_second_per_core)]));
  if (rows.length === 0) return '';
  return section('Fits of 2D keypoints', `${settings.people} people of the test motions, 14 keypoints with ${settings.noise_px} px noise at f = 1000 px, unknown orientation, the same for all priors. Errors over 24 joints, median (mean), mm.`,
    table(['', 'start', 'recipe', 'MPJPE', 'PA-MPJPE', 'usable', 'fits/s a core'], [['here'], ...rows, [PAPER + ', table 3, Human3.6M'], ...PAPER_FITS.map(([name, error]) => [name, 'one', 'L-BFGS', '–', `(${short(error)})`, '–', '–'])]),
    element('p', { class: 'note after' }, '"As in the paper": one start, for latent priors Eq. 5 from the best of 64 samples at eight turns (a sphere has no centre), for energies SMPLify from the mean, facing the camera; much of the difference is that of the starts. "Equal starts": samples at eight turns, the end of most evidence, the same for all. Why they differ: the paper fits people of Human3.6M, whose true bodies are not SMPL\'s and whose keypoints it does not describe; here truth and fit are one body, so that errors are smaller. Only the order of priors, and their distances relative to each other, can be compared.'));
}

function pictureSection(pictures, kind, title, about) {
  const shown = pictures.filter((picture) => picture.kind === kind);
  if (shown.length === 0) return '';
  return section(title, about, ...shown.map((picture) => element('figure', { class: 'sheet' }, element('figcaption', {}, picture.prior), element('img', { src: picture.url, alt: `${title}: ${picture.prior}`, loading: 'lazy' }))));
}

// EMBEDDED rows of each set.
async function unpackPoints(sets) {
  const read = [];
  for (const set of sets) {
    const values = await unpack(Float32Array, set.data);
    const count = Math.min(EMBEDDED, values.length / set.columns);
    read.push({ name: set.name, rows: Array.from({ length: count }, (_, i) => Float64Array.from(values.subarray(i * set.columns, (i + 1) * set.columns))) });
  }
  return read;
}

function embeddingSection(sets) {
  const title = 't-SNE';
  const library = window.druid;
  if (!library || sets.length === 0) {
    return section(title, 'Left out: the library that lays it out was not there when this page was made. `./run setup page` fetches it (npm: @saehrimnir/druidjs).');
  }
  const place = element('div', {});
  const button = element('button', { type: 'button' }, 'Lay out');
  const said = element('span', { class: 'said-beside' }, 'takes a minute or two');
  button.addEventListener('click', async () => {
    button.disabled = true;
    const read = await unpackPoints(sets);
    const rows = read.flatMap((set) => set.rows);
    const steps = new library.TSNE(rows, { perplexity: 30, epsilon: 100, seed: 1 }).generator(400);
    let shown = null, done = 0;
    const next = () => {
      const step = steps.next();
      if (step.value) {
        let at = 0;
        const placed = read.map((set) => set.rows.map(() => Array.from(step.value[at++])));
        if (!shown) {
          shown = cloud(title, read.map((set, i) => ({ name: set.name, points: placed[i] })));
          place.append(shown.figure);
        } else if (done % 5 === 0 || step.done) shown.place(placed);
      }
      said.textContent = step.done ? 'done' : `step ${++done} of 400`;
      if (!step.done) setTimeout(next);
    };
    setTimeout(next);
  });
  return section(title, `Positions of the joints of ${EMBEDDED} poses of each set, laid out so that neighbours stay neighbours (van der Maaten and Hinton, 2008; by DruidJS). Where real poses lie alone, a prior misses them; where a prior's lie alone, it makes them up.`, element('p', {}, button, ' ', said), place);
}

showPage(({ document: found, pictures, points }) => ({
  lead: `${found.priors.map((prior) => prior.name).join(', ')}; body: ${found.model}; ${found.train.poses.toLocaleString('en')} train and ${found.test.poses.toLocaleString('en')} test poses; seed ${found.settings.seed}; Vitruvius ${found.version}`,
  sections: [recallSection(found), pathSection(found), inversionSection(found), fitSection(found), likenessSection(found),
    pictureSection(pictures, 'samples', 'Samples', 'The first samples, not chosen.'),
    pictureSection(pictures, 'worst', 'Worst samples', 'Of the generated bodies of the precision table those farthest from the train poses, each beside the nearest of these.'),
    embeddingSection(points)],
}));
