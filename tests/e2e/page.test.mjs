// The wasm package in a real page: Chromium's own WebSocket, opened by the core
// itself, to the real server.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { chromium } from 'playwright-core';

import { findBrowser } from '../../scripts/browser.mjs';
import { serveFolders } from '../../scripts/services/static.mjs';
import { wasmFolder } from './artifacts.mjs';
import { judgeFlow } from './core/judge.mjs';
import { startOwnServer } from './core/server.mjs';

/** Chromium without its own errands: a closed network refuses them one by one. */
const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

test('the wasm package enrols, makes an account and signs in Chromium, over a socket of its own', async (t) => {
  const files = await serveFolders({
    folders: { '/': join(import.meta.dirname, 'core'), '/pkg/': wasmFolder() },
  });
  t.after(() => files.stop());
  const server = await startOwnServer(t, { allowedOrigins: [files.url] });
  const { page, sockets, problems } = await openPage(t, files.url);

  const outcome = await page.evaluate(async (enrolmentCode) => {
    const core = await import('/pkg/tandem_keyring.js');
    await core.default({ module_or_path: await fetch('/pkg/tandem_keyring_bg.wasm') });
    const { runFlow } = await import('/flow.mjs');
    return runFlow({ core, enrolmentCode });
  }, await server.enrol());

  judgeFlow(outcome, server.sessionUrl);
  assert.equal(outcome.hostCalls.some((method) => method.startsWith('socket.')), false, 'the host was asked for sockets');
  assert.ok(sockets.length >= 4, 'one socket for each conversation');
  assert.ok(sockets.every((url) => url === server.sessionUrl));
  assert.deepEqual(problems, []);
});

async function openPage(t, url) {
  const { chromium: executablePath } = findBrowser();
  assert.ok(executablePath, 'Chromium is not installed: node scripts/setup.mjs --browser');
  const browser = await chromium.launch({ executablePath, headless: true, args: BROWSER_FLAGS });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const sockets = [];
  const problems = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  return { page, sockets, problems };
}
