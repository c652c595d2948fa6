/**
 * One whole system for a test file: the real snap served over HTTP, installed in a
 * headless MetaMask, the real signing server on a temporary directory and, when
 * asked for, anvil and a proxy between snap and server. Made once per file, since
 * starting costs seconds, and closed without leaving anything behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startAnvil } from '../../scripts/services/anvil.mjs';
import { startServer } from '../../scripts/services/server.mjs';
import { serveFolders } from '../../scripts/services/static.mjs';
import { serverProgram, snapFolder } from './artifacts.mjs';
import { startFrameProxy } from './faults/frame-proxy.mjs';
import { MetaMask } from './metamask/client.mjs';

/** The companion page's origin: the one page the snap obeys. */
export const COMPANION = 'http://localhost:8000';

/**
 * @param {object} [options]
 * @param {boolean} [options.chain] - Start anvil.
 * @param {string[]} [options.anvilArgs] - Further arguments of anvil.
 * @param {boolean} [options.proxy] - Put a frame proxy before the server; devices enrol through it.
 * @param {Record<string, string>} [options.settings] - Settings of the server, by flag.
 */
export async function startWorld({ chain = false, proxy = false, settings, anvilArgs } = {}) {
  const world = new World();
  try {
    await world.start({ chain, proxy, settings, anvilArgs });
  } catch (error) {
    await world.close();
    throw error;
  }
  return world;
}

class World {
  /** @type {MetaMask} */
  metamask;
  /** @type {Awaited<ReturnType<typeof startServer>>} */
  server;
  /** @type {Awaited<ReturnType<typeof startAnvil>> | undefined} */
  anvil;
  /** @type {Awaited<ReturnType<typeof startFrameProxy>> | undefined} */
  proxy;
  /** MetaMask's connection to the node; a test may put its own in its place. */
  node = (method, params) => this.anvil.rpc(method, params);
  #cleanups = [];

  async start({ chain, proxy, settings, anvilArgs }) {
    const dataDir = await mkdtemp(join(tmpdir(), 'tandem-e2e-'));
    this.#later(() => rm(dataDir, { recursive: true, force: true }));

    const snapFiles = await serveFolders({ folders: { '/': snapFolder() } });
    this.#later(() => snapFiles.stop());

    this.server = await startServer({ dataDir, binary: serverProgram(), settings });
    this.#later(() => this.server.stop());
    if (proxy) {
      this.proxy = await startFrameProxy({ target: this.server.sessionUrl });
      this.#later(() => this.proxy.close());
    }
    if (chain) {
      this.anvil = await startAnvil({ args: anvilArgs });
      this.#later(() => this.anvil.stop());
    }

    // Whatever MetaMask asks the node goes through here, so that a test can stand between them.
    this.metamask = await MetaMask.start({ chain: chain ? (method, params) => this.node(method, params) : undefined });
    this.#later(() => this.metamask.close());
    await this.metamask.installSnap(COMPANION, `local:http://localhost:${snapFiles.port}`);
  }

  get user() {
    return this.metamask.user;
  }

  /** A fresh enrolment code, leading through the proxy when there is one. */
  async newEnrolmentCode() {
    const code = await this.server.enrol();
    if (this.proxy === undefined) {
      return code;
    }
    const [, token] = code.split('#');
    return `${this.proxy.url}#${token}`;
  }

  /** Enrols the device: the page asks, the user types the code into the snap's dialog. */
  async enrol() {
    this.user.enrolmentCode = await this.newEnrolmentCode();
    return this.metamask.rpc(COMPANION, 'tandem_enrol');
  }

  /** What the companion page's "create account" button does. */
  async createAccount() {
    return this.metamask.keyringRpc(COMPANION, 'keyring_createAccount', { options: {} });
  }

  async close() {
    for (const cleanup of this.#cleanups.splice(0).reverse()) {
      await cleanup();
    }
  }

  #later(cleanup) {
    this.#cleanups.push(cleanup);
  }
}
