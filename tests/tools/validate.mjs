// glTF files through Khronos' validator: node validate.mjs FILE.glb...; exit status 1 when one has an error or a
// warning. VITRUVIUS_NODE_MODULES names the folder where gltf-validator was installed.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const validator = createRequire(process.env.VITRUVIUS_NODE_MODULES + '/')('gltf-validator');
let bad = 0;
for (const path of process.argv.slice(2)) {
  const report = await validator.validateBytes(new Uint8Array(fs.readFileSync(path)), { maxIssues: 50 });
  const { numErrors, numWarnings, numInfos, numHints } = report.issues;
  console.log(`${path}: ${numErrors} errors, ${numWarnings} warnings, ${numInfos} infos, ${numHints} hints`);
  for (const { severity, code, pointer, message } of report.issues.messages) {
    console.log(`  severity ${severity} ${code} at ${pointer}: ${message}`);
  }
  if (numErrors + numWarnings > 0) bad = 1;
}
process.exit(bad);
