// Opens a .glb in three.js in headless Chromium and compares its bones with the expected joints:
//   node three_check.mjs FILE.glb JOINTS.json [FILE.obj FRAME UP [PICTURE.png]]
// The .obj, in the result's axes, is what the mesh must be at FRAME. Exit status 1 when a joint is off by more than
// 0.1 mm. VITRUVIUS_NODE_MODULES: folder where three was installed; CHROMIUM: the browser.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [glb, joints, obj, frame, up, picture] = process.argv.slice(2);
const modules = process.env.VITRUVIUS_NODE_MODULES;
const here = path.dirname(fileURLToPath(import.meta.url));
const sign = up === '-y' ? -1 : 1;
const vertices = !obj ? [] : fs.readFileSync(obj, 'utf8').split('\n').filter((line) => line.startsWith('v '))
  .map((line) => line.split(' ').slice(1).map((word, axis) => (axis === 0 ? 1 : sign) * Number(word)));

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'three-check-'));
let browser;
const finish = (status) => {
  browser.kill('SIGKILL');
  server.close();
  setTimeout(() => {
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    process.exit(status);
  }, 300);
};
const server = http.createServer((request, response) => {
  if (request.url === '/report') {
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      response.end();
      const result = JSON.parse(body);
      if (picture && result.picture) fs.writeFileSync(picture, Buffer.from(result.picture.split(',')[1], 'base64'));
      delete result.picture;
      if (result.error) console.log(`${glb}: ${result.error}`);
      else {
        console.log(`${glb}: three.js: ${result.frames} frames, ${result.bones} bones within ` +
                    `${(1e3 * result.worst).toFixed(4)} mm` +
                    (obj ? `, ${vertices.length} vertices of frame ${frame} within ` +
                           `${(1e3 * result.worstVertex).toFixed(4)} mm` : '') +
                    `, ${result.triangles} triangles drawn, ${result.cameras} cameras`);
      }
      finish(!result.error && result.worst < 1e-4 && result.triangles > 0 ? 0 : 1);
    });
    return;
  }
  const send = (file, type) => {
    response.setHeader('Content-Type', type);
    fs.createReadStream(file).on('error', () => { response.statusCode = 404; response.end(); }).pipe(response);
  };
  if (request.url === '/') send(path.join(here, 'three_page.html'), 'text/html');
  else if (request.url === '/glb') send(glb, 'model/gltf-binary');
  else if (request.url === '/joints') send(joints, 'application/json');
  else if (request.url === '/vertices') response.end(JSON.stringify({ frame: Number(frame ?? -1), vertices }));
  else send(path.join(modules, 'node_modules', path.normalize(request.url)), 'text/javascript');
});
server.listen(0, '127.0.0.1', () => {
  browser = spawn(process.env.CHROMIUM || 'chromium',
    ['--headless', '--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
     '--disable-background-networking', '--disable-dev-shm-usage', `--user-data-dir=${profile}`,
     '--remote-debugging-port=0', `http://127.0.0.1:${server.address().port}/`], { stdio: 'ignore' });
  setTimeout(() => { console.log(`${glb}: no answer from the browser`); finish(1); }, 120000).unref();
});
