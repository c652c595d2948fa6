// The wasm package in node: no `WebSocket` in the realm, so every byte goes through
// the host callback, as it does inside a snap.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { wasmFolder } from './artifacts.mjs';
import { runFlow } from './core/flow.mjs';
import { judgeFlow } from './core/judge.mjs';
import { startOwnServer } from './core/server.mjs';
import { createSip20Sockets } from './core/sip20-sockets.mjs';

test('the wasm package enrols, makes an account and signs in node, over sockets of the host', async (t) => {
  // Newer releases of node have one; a snap has none.
  delete globalThis.WebSocket;
  const server = await startOwnServer(t);
  const core = await loadCore();

  const outcome = await runFlow({ core, enrolmentCode: await server.enrol(), sockets: createSip20Sockets(core) });

  judgeFlow(outcome, server.sessionUrl);
  assert.equal(outcome.hostCalls.includes('socket.open'), true);
});

test('what the core answers to nonsense is JSON with an error, and nothing is thrown', async () => {
  const core = await loadCore();

  for (const nonsense of ['', '{', '[]', 'null', '{"origin":1,"request":2}', `{"origin":"${'x'.repeat(10_000)}"}`]) {
    assert.ok(JSON.parse(await core.handle(nonsense)).error, `handle(${nonsense.slice(0, 20)})`);
    for (const pure of ['prepare', 'finish', 'deliver']) {
      assert.ok(JSON.parse(core[pure](nonsense)).error, `${pure}(${nonsense.slice(0, 20)})`);
    }
  }
  assert.equal(typeof JSON.parse(core.version()).result, 'object');
});

async function loadCore() {
  const folder = wasmFolder();
  const core = await import(pathToFileURL(join(folder, 'tandem_keyring.js')).href);
  await core.default({ module_or_path: await readFile(join(folder, 'tandem_keyring_bg.wasm')) });
  return core;
}
