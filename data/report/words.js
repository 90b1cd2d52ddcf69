// What columns mean and what to do about each reason: all the page's knowledge of names.

const REASONS = {
  ok: 'Fitted.',
  no_people: 'The file names nobody: the detector found no one. Look at the picture; lower the detector\'s threshold.',
  too_few_keypoints: 'Fewer keypoints were seen than a body needs. Expected for people cut off by the frame; otherwise check the detector\'s confidences.',
  non_finite_input: 'A keypoint is NaN or infinite. Mend the file, or the step that wrote it.',
  bad_confidence: 'A confidence is negative or not a number. Write 0 for keypoints that were not seen.',
  bad_image_size: 'The size of the picture is impossible. Give --image_size, or mend the file.',
  bad_input: 'The input could not be read; the detail of each person says what was found and what was expected.',
  internal_error: 'A defect of the program, met by this person. Please report it with the input.',
  behind_camera: 'The best body lies behind the camera. Check the focal length, and whether y points down.',
  no_convergence: 'The solver did not come to rest. Check the keypoints; try more --starts.',
  poor_fit: 'The body stays far from the keypoints. Look at the picture: wrong keypoint set, left and right swapped, or two people in one.',
  implausible_shape: 'The body\'s shape is unlike any person. Check units and focal length; few or strange keypoints do it too.',
};

// label; unit; factor to that unit; digits; what it is; shown: in the table at first; chart: has a histogram.
const COLUMNS = {
  residual_percent: { label: 'Residual', unit: '%', digits: 2, shown: true, chart: true, about: 'Median distance of the seen keypoints from the body\'s, in percent of the person\'s size (the diagonal of the box around the joints)' },
  reprojection_px: { label: 'Reprojection', unit: 'px', digits: 2, shown: true, chart: true, about: 'Median distance of the seen 2D keypoints from the body\'s' },
  residual_median: { label: 'Distance', unit: 'mm', factor: 1000, digits: 1, shown: true, chart: true, about: 'Median distance of the 3D keypoints from the body\'s' },
  residual_mean: { label: 'Mean distance', unit: '', digits: 2, about: 'Mean distance of what was seen from the body: px, or metres in 3D' },
  joints_std_median_m: { label: 'Joint σ', unit: 'mm', factor: 1000, digits: 0, shown: true, chart: true, about: 'One standard deviation of a joint\'s place in camera axes, median over the joints' },
  joints_relative_std_median_m: { label: 'Pose σ', unit: 'mm', factor: 1000, digits: 0, shown: true, chart: true, about: 'One standard deviation of a joint\'s place with respect to the root, median over the joints' },
  cost: { label: 'Cost', unit: '', digits: 1, shown: true, chart: true, about: 'The objective of the last stage at the result' },
  num_keypoints: { label: 'Keypoints', unit: '', digits: 0, shown: true, chart: true, about: 'Seen keypoints that entered the fit' },
  num_minima: { label: 'Minima', unit: '', digits: 0, shown: true, chart: true, about: 'Distinct minima that the starts found; more than one: the keypoints allow several bodies' },
  milliseconds: { label: 'Time', unit: 'ms', digits: 1, shown: true, chart: true, about: 'Time of this person\'s fit' },
  penetration_m: { label: 'Penetration', unit: 'mm', factor: 1000, digits: 1, shown: true, chart: true, about: 'How deep the body goes into itself' },
  num_starts: { label: 'Starts', unit: '', digits: 0, about: 'Hypotheses that reached the stages' },
  winning_start: { label: 'Winner', unit: '', digits: 0, about: 'The start that this result belongs to' },
  num_iterations: { label: 'Iterations', unit: '', digits: 0, chart: true, about: 'Solver iterations over all starts and stages' },
};
const TEXTS = {
  reason: { label: 'Reason', shown: true, about: 'Why the person is or is not usable' },
  flags: { label: 'Flags', shown: true, about: 'What is doubtful about the fit' },
  detail: { label: 'Detail', about: 'What was found, in a sentence' },
  source: { label: 'File', about: 'The file the person came from' },
  images: { label: 'Picture', about: 'The picture the keypoints belong to' },
  focal_source: { label: 'Focal length', about: "Known from the input, given, of the image's Exif, assumed, or none for 3D input" },
  camera_source: { label: 'Image size', about: 'From the file, given, of the image, or unknown: the extent of all that was seen in the capture' },
  capture: { label: 'Capture', about: 'The video, clip or file whose frames belong together' },
  subject: { label: 'Subject', about: 'Who it is, as the input names it' },
  camera: { label: 'Camera', about: 'Name of the camera, where the input has several' },
  keypoint_set: { label: 'Keypoint set', about: 'Order and meaning of the keypoints' },
};
// Flags are 'code:place;code:place'.
const FLAGS = {
  depth_flip: 'The limb may point towards the camera or away from it: the keypoints allow both.',
  left_right: 'The body may be turned round: the keypoints do not tell front from back.',
  saturated: 'The fit all but ignores this keypoint: it lies far from every body that explains the others.',
  limit: 'An angle or the shape is at the end of its range.',
};
const UNDETERMINED_PERCENT = 50;  // below it the prior said more than the keypoints
const FACTS = {
  model: 'Body model', model_gender: 'Gender of the model', keypoint_set: 'Keypoint set', focal_source: 'Focal length',
  mocap_frame_rate: 'Frame rate, Hz',
};
const RUN = {
  version: 'Fitted by version', recipe_2d: 'Recipe, 2D', recipe_3d: 'Recipe, 3D', prior_2d: 'Prior, 2D', prior_3d: 'Prior, 3D',
  solver: 'Solver', starts: 'Starts', threads: 'Threads', seconds: 'Seconds in all',
};

function numberColumn(key) {
  const known = Object.hasOwn(COLUMNS, key) ? COLUMNS[key] : {};
  return { key, kind: 'number', label: key, unit: '', factor: 1, digits: 2, shown: false, chart: false, about: key, ...known };
}

function textColumn(key) {
  const known = Object.hasOwn(TEXTS, key) ? TEXTS[key] : {};
  return { key, kind: 'text', label: key, shown: false, about: key, ...known };
}

// Three digits that count, as far as a whole column needs them; whole numbers stay whole.
function digitsOf(values, factor) {
  let largest = 0, whole = true;
  const sizes = [];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const size = Math.abs(value * factor);
    whole = whole && Number.isInteger(value);
    largest = Math.max(largest, size);
    sizes.push(size);
  }
  if (whole || largest === 0) return 0;
  const median = percentile(Float64Array.from(sizes).sort(), 0.5) || largest;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(median))));
}

function flagsOf(text) {
  return text.split(';').filter((flag) => flag !== '').map((flag) => {
    const colon = flag.indexOf(':');
    return colon < 0 ? { code: flag, place: '' } : { code: flag.slice(0, colon), place: flag.slice(colon + 1) };
  });
}

function adviceOn(reason) {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason] : 'The detail of each person says what was found.';
}

function inNumbers(value, digits) {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1e6) return value.toExponential(2);
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function withUnit(value, column) {
  if (!Number.isFinite(value)) return '–';
  return inNumbers(value * column.factor, column.digits) + (column.unit ? '\u202f' + column.unit : '');
}

// A number of the axis: no more digits than it needs.
function onAxis(value) {
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e5 || magnitude < 1e-3) return value.toExponential(0);
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 4 });
}

// Text is always text: nothing in the page is ever made from markup.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'class') made.className = value;
    else if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function copyButton(text) {
  const button = element('button', { type: 'button' }, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = 'Selected';
    }
  });
  return button;
}

function commandLine(text) {
  return element('div', { class: 'command' }, element('pre', {}, text), copyButton(text));
}

// A word as a shell takes it.
function shellWord(word) {
  return /^[\w\-./,:=+@]+$/.test(word) ? word : "'" + word.replaceAll("'", "'\\''") + "'";
}
