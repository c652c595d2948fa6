/**
 * A server of one's own for the tests of the core: on a temporary directory, letting
 * in sessions from the given web origins.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startServer } from '../../../scripts/services/server.mjs';
import { serverProgram } from '../artifacts.mjs';

/** @param {import('node:test').TestContext} t - Stops the server afterwards. */
export async function startOwnServer(t, { allowedOrigins = [] } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'tandem-e2e-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const settings = allowedOrigins.length === 0 ? {} : { 'allowed-origins': allowedOrigins.join(',') };
  const server = await startServer({ dataDir, binary: serverProgram(), settings });
  t.after(() => server.stop());
  return server;
}
