// The small services that `npm start` and these tests run on: what they serve, what
// they refuse, and what they say when they cannot start.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { readOptions } from '../../scripts/services/options.mjs';
import { LOOPBACK, requireFreePort } from '../../scripts/services/ports.mjs';
import { Service } from '../../scripts/services/process.mjs';
import { serveFolders } from '../../scripts/services/static.mjs';

let folder;
let site;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tandem-site-'));
  await mkdir(join(folder, 'public', 'images'), { recursive: true });
  await writeFile(join(folder, 'public', 'index.html'), '<p>home</p>');
  await writeFile(join(folder, 'public', 'app.js'), 'export {};');
  await writeFile(join(folder, 'public', 'core.wasm'), Buffer.from([0, 0x61, 0x73, 0x6d]));
  await writeFile(join(folder, 'public', 'images', 'icon.svg'), '<svg/>');
  await writeFile(join(folder, 'public', '.hidden'), 'hidden');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await symlink(join(folder, 'secret.txt'), join(folder, 'public', 'link.txt'));
  site = await serveFolders({ folders: { '/': join(folder, 'public') } });
});

after(async () => {
  await site?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A request whose path is sent as it is: fetch would tidy it up first. */
function get(path, method = 'GET') {
  return new Promise((resolve, reject) => {
    request({ host: LOOPBACK, port: site.port, path, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

test('files are served with their type, to every origin, and never from a cache', async () => {
  for (const [path, type] of [
    ['/', 'text/html; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/core.wasm', 'application/wasm'],
    ['/images/icon.svg?v=1', 'image/svg+xml'],
  ]) {
    const { status, headers } = await get(path);
    assert.equal(status, 200, path);
    assert.equal(headers['content-type'], type);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['cache-control'], 'no-store');
  }
});

test('nothing outside the folder is served, however it is asked for', async () => {
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/images/..%2f..%2fsecret.txt',
    '/..\\secret.txt',
    '/..%5csecret.txt',
    '/link.txt',
    '/.hidden',
    '/images',
    '/images/',
    '//secret.txt',
    '/app.js%00.html',
    '/%',
    '/%ff',
  ]) {
    const { status, body } = await get(path);
    assert.equal(status, 404, path);
    assert.equal(body, '', path);
  }
});

test('only reading is allowed', async () => {
  assert.equal((await get('/', 'POST')).status, 405);
  assert.deepEqual((await get('/app.js', 'HEAD')).body, '');
});

test('a taken port is named together with the ways to choose another', async (t) => {
  const blocker = createServer().listen(0, LOOPBACK);
  t.after(() => blocker.close());
  await new Promise((resolve) => blocker.once('listening', resolve));
  const { port } = blocker.address();

  await assert.rejects(
    requireFreePort(port, { service: 'the snap', flag: '--snap-port', variable: 'TANDEM_SNAP_PORT' }),
    new RegExp(`port ${port} for the snap is already taken.*--snap-port PORT or TANDEM_SNAP_PORT=PORT`, 'u'),
  );
});

test('a port is chosen by flag before variable before habit, and must be one', () => {
  assert.equal(readOptions([], {}).ports.snap, 8080);
  assert.equal(readOptions([], { TANDEM_SNAP_PORT: '9000' }).ports.snap, 9000);
  assert.equal(readOptions(['--snap-port', '9001'], { TANDEM_SNAP_PORT: '9000' }).ports.snap, 9001);
  for (const wrong of ['0', '65536', 'eighty', '80.5', '']) {
    assert.throws(() => readOptions([`--snap-port=${wrong}`], {}), /--snap-port/u, wrong);
  }
});

test('a service that ends before it is ready is reported with what it printed', async () => {
  const service = new Service({
    name: 'the broken one',
    command: process.execPath,
    args: ['-e', 'console.error("no such table"); process.exit(3)'],
  });

  await assert.rejects(service.untilReady(() => false), (error) => {
    assert.match(error.message, /the broken one becomes ready: ended with exit code 3/u);
    assert.match(error.message, /no such table/u);
    return true;
  });
});

test('a program that does not exist is reported as that', async () => {
  const service = new Service({ name: 'nobody', command: join(folder, 'nothing-here') });

  await assert.rejects(service.untilReady(() => false), /nobody becomes ready: could not be started/u);
});
