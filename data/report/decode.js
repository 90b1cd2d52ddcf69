// Packed data (packed.h: little-endian, zlib, base64) to typed arrays.

async function inflate(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).arrayBuffer();
}

async function unpack(Kind, text) {
  return new Kind(await inflate(text));
}

async function unpackJson(text) {
  return JSON.parse(new TextDecoder().decode(await inflate(text)));
}

// Everything but the body: columns by key, people shown in 3D, keypoints and pictures by row.
async function unpackReport(data) {
  const packed = data.table;
  const report = {
    version: data.version, folder: data.folder, statement: data.statement, noView: data.no_view || '',
    worst: data.worst, failed: data.failed,
    rows: packed.rows, facts: packed.facts, run: packed.run || {},
    ids: await unpackJson(packed.ids), usable: await unpack(Uint8Array, packed.usable),
    numbers: new Map(), texts: new Map(), terms: [],
    pictures: new Map(data.pictures.map((picture) => [picture.row, picture.url])),
    keypoints: new Map(), bodies: await unpackBodies(data.bodies),
  };
  for (const column of packed.numbers) report.numbers.set(column.key, await unpack(Float32Array, column.data));
  for (const column of packed.texts) {
    report.texts.set(column.key, { names: await unpackJson(column.names), codes: await unpack(Uint32Array, column.codes) });
  }
  for (const term of packed.terms) report.terms.push({ key: term.key, values: await unpack(Float32Array, term.data) });
  for (const block of data.keypoints) await unpackKeypoints(block, report.keypoints);
  return report;
}

async function unpackBodies(packed) {
  const bodies = { joints: packed.joints, shapes: packed.shapes, rotations: packed.rotations, rows: await unpack(Uint32Array, packed.rows) };
  for (const key of ['poses', 'betas', 'transl', 'deviations', 'relative', 'camera']) bodies[key] = await unpack(Float32Array, packed[key]);
  bodies.shares = await unpack(Uint8Array, packed.shares);
  bodies.indexOfRow = new Map();
  bodies.rows.forEach((row, index) => bodies.indexOfRow.set(row, index));
  return bodies;
}

async function unpackKeypoints(block, keypoints) {
  const rows = await unpack(Uint32Array, block.rows);
  const observed = await unpack(Float32Array, block.observed);
  const fitted = await unpack(Float32Array, block.fitted);
  const count = block.names.length, columns = block.columns;
  rows.forEach((row, i) => keypoints.set(row, {
    set: block.set, names: block.names, limbs: block.limbs, dimension: columns - 1,
    observed: observed.subarray(i * count * columns, (i + 1) * count * columns),
    fitted: fitted.subarray(i * count * (columns - 1), (i + 1) * count * (columns - 1)),
  }));
}
