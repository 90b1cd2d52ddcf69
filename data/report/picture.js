// Keypoints and the body's own points in the plane of the picture.

function sideOf(name) {
  return name.startsWith('left') ? 'left' : name.startsWith('right') ? 'right' : 'middle';
}

// x, y in px, or NaN behind the camera.
function projected(point, camera) {
  if (!(point[2] > 0) || !(camera[0] > 0)) return [NaN, NaN];
  return [camera[0] * point[0] / point[2] + camera[2], camera[1] * point[1] / point[2] + camera[3]];
}

// keypoints: of decode.js, 2D. skeleton: { points: [[x, y]], lines: [[i, j]] } or null. camera: fx fy cx cy w h.
function drawPlane(keypoints, skeleton, camera) {
  const seen = [], inside = (point) => Math.abs(point[0]) < 1e6 && Math.abs(point[1]) < 1e6;
  const observed = [], fitted = [];
  if (keypoints) {
    keypoints.names.forEach((name, k) => {
      const there = keypoints.observed[3 * k + 2] > 0;
      observed.push(there ? [keypoints.observed[3 * k], keypoints.observed[3 * k + 1]] : [NaN, NaN]);
      fitted.push([keypoints.fitted[2 * k], keypoints.fitted[2 * k + 1]]);
    });
  }
  for (const point of [...observed, ...(skeleton ? skeleton.points : [])]) if (inside(point)) seen.push(point);
  if (seen.length === 0) return null;
  const xs = seen.map((point) => point[0]), ys = seen.map((point) => point[1]);
  const size = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 1), margin = 0.12 * size;
  const left = Math.min(...xs) - margin, top = Math.min(...ys) - margin;
  const width = Math.max(...xs) + margin - left, height = Math.max(...ys) + margin - top;
  const svg = drawing('svg', { class: 'plane', viewBox: `${left} ${top} ${width} ${height}`, role: 'img', 'aria-label': 'Keypoints and the fitted body in the picture' });
  const thin = 0.004 * size, style = getComputedStyle(document.documentElement);
  const colour = { left: 'var(--left)', right: 'var(--right)', middle: 'var(--middle)' };
  if (camera[4] > 0 && camera[5] > 0) svg.append(drawing('rect', { x: 0, y: 0, width: camera[4], height: camera[5], fill: 'none', stroke: style.getPropertyValue('--quiet'), 'stroke-width': thin, 'stroke-dasharray': 4 * thin }));
  const line = (a, b, attributes) => { if (inside(a) && inside(b)) svg.append(drawing('line', { x1: a[0], y1: a[1], x2: b[0], y2: b[1], ...attributes })); };
  if (skeleton) for (const [i, j] of skeleton.lines) line(skeleton.points[i], skeleton.points[j], { stroke: 'var(--quiet)', 'stroke-width': 2 * thin, 'stroke-linecap': 'round' });
  if (!keypoints) return svg;
  for (const [i, j] of keypoints.limbs) {
    const side = sideOf(keypoints.names[i]) === 'middle' ? sideOf(keypoints.names[j]) : sideOf(keypoints.names[i]);
    line(observed[i], observed[j], { stroke: colour[side], 'stroke-width': 1.6 * thin, opacity: 0.8 });
  }
  keypoints.names.forEach((name, k) => {
    line(observed[k], fitted[k], { stroke: 'var(--ink)', 'stroke-width': thin });
    if (inside(fitted[k])) svg.append(drawing('circle', { cx: fitted[k][0], cy: fitted[k][1], r: 2.6 * thin, fill: 'none', stroke: 'var(--ink)', 'stroke-width': thin }));
    if (!inside(observed[k])) return;
    const apart = Math.hypot(observed[k][0] - fitted[k][0], observed[k][1] - fitted[k][1]);
    svg.append(drawing('circle', { cx: observed[k][0], cy: observed[k][1], r: 2.2 * thin, fill: colour[sideOf(name)] },
      drawing('title', {}, name.replaceAll('_', ' ') + (Number.isFinite(apart) ? `: ${inNumbers(apart, 1)} px apart` : '') + `, confidence ${inNumbers(keypoints.observed[3 * k + 2], 2)}`)));
  });
  return svg;
}
