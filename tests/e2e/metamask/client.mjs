/**
 * A headless MetaMask Flask: the controllers of the extension without its screens.
 *
 * `MetaMask.start` makes a fresh profile (password, seed, empty vault). Pages talk
 * to it through `request`, MetaMask's own confirmation screens are `user`, and the
 * things that happen to a browser (idle stop, crash, lock, restart) are methods.
 */
import { SubjectType } from '@metamask/permission-controller';

import { attachUser } from './approvals.mjs';
import { createKeyrings } from './keyrings.mjs';
import { createMessengers } from './messengers.mjs';
import { persistedState } from './persistence.mjs';
import { connectSnap, createPageProvider } from './provider.mjs';
import { createSnaps } from './snaps.mjs';
import { dropAllSockets, installWebSocketGlobal } from './sockets.mjs';
import { registerSurroundings } from './surroundings.mjs';
import { releaseLongTimers } from './timers.mjs';
import { User } from './user.mjs';

const PASSWORD = 'correct horse battery staple';

/** The origin under which MetaMask itself calls a snap. */
const METAMASK_ORIGIN = 'metamask';

export class MetaMask {
  /** @type {User} */
  user;
  /** The snap under test, once installed. @type {string | undefined} */
  snapId;
  #options;
  #parts;
  #pages = new Map();
  #accountListeners = new Set();
  #terminations = 0;

  /**
   * @param {object} [options]
   * @param {User} [options.user]
   * @param {(method: string, params: unknown[]) => Promise<unknown>} [options.chain] -
   *   Answers `eth_*` calls of pages and of the snap.
   */
  static async start({ user = new User(), chain } = {}) {
    installWebSocketGlobal();
    releaseLongTimers();
    const metamask = new MetaMask({ user, chain });
    await metamask.#parts.keyrings.keyringController.createNewVaultAndKeychain(PASSWORD);
    await metamask.#parts.keyrings.getSnapKeyring();
    return metamask;
  }

  constructor(options) {
    this.#options = options;
    this.user = options.user;
    this.#parts = this.#wire();
  }

  get keyringController() {
    return this.#parts.keyrings.keyringController;
  }

  get snapController() {
    return this.#parts.snaps.snapController;
  }

  get isSnapRunning() {
    return this.snapController.isRunning(this.snapId);
  }

  /** How often the snap's thread has ended since the start, for whatever reason. */
  get snapTerminations() {
    return this.#terminations;
  }

  /** Addresses of the snap's accounts in the vault, lower case. */
  async snapAccounts() {
    const keyring = await this.#parts.keyrings.getSnapKeyring();
    return keyring.getAccounts();
  }

  // --- what a page does

  /** `window.ethereum.request({ method, params })` on a page of this origin. */
  async request(origin, method, params) {
    let page = this.#pages.get(origin);
    if (page === undefined) {
      page = createPageProvider({
        origin,
        root: this.#parts.messengers.root,
        permissionController: this.#parts.snaps.permissionController,
        chain: this.#options.chain,
      });
      this.#pages.set(origin, page);
      this.#parts.snaps.subjectMetadataController.addSubjectMetadata({ origin, subjectType: SubjectType.Website });
    }
    return page(method, params);
  }

  /** Connects the page to the snap and installs it (`wallet_requestSnaps`). */
  async installSnap(origin, snapId) {
    const installed = await this.request(origin, 'wallet_requestSnaps', { [snapId]: {} });
    const outcome = installed[snapId];
    if (outcome?.error) {
      throw new Error(`installing ${snapId}: ${outcome.error.message}`);
    }
    this.snapId = snapId;
    return outcome;
  }

  /** Lets a further page talk to the installed snap, without installing it again. */
  connect(origin) {
    this.#parts.snaps.permissionController.grantPermissions({
      subject: { origin },
      approvedPermissions: { wallet_snap: { caveats: [{ type: 'snapIds', value: { [this.snapId]: {} } }] } },
    });
  }

  /** A snap method called by a page (`wallet_invokeSnap`). */
  async rpc(origin, method, params) {
    return this.request(origin, 'wallet_invokeSnap', { snapId: this.snapId, request: toRequest(method, params) });
  }

  /** A keyring method called by a page (`wallet_invokeKeyring`) or by MetaMask itself. */
  async keyringRpc(origin, method, params) {
    if (origin === METAMASK_ORIGIN) {
      return this.keyringRpcUnfiltered(origin, method, params);
    }
    return this.request(origin, 'wallet_invokeKeyring', { snapId: this.snapId, request: toRequest(method, params) });
  }

  /** The same, past MetaMask's own list of what a page may call: the snap must refuse by itself. */
  async keyringRpcUnfiltered(origin, method, params) {
    return this.snapController.handleRequest({
      snapId: this.snapId,
      origin,
      handler: 'onKeyringRequest',
      request: { jsonrpc: '2.0', id: crypto.randomUUID(), ...toRequest(method, params) },
    });
  }

  /**
   * What MetaMask does while it shows its user a request to sign, of whatever account: it asks
   * every snap for insights (`onTransaction`, `onSignature`). Returns what the snap adds.
   */
  async askForInsights(handler, params) {
    return this.snapController.handleRequest({
      snapId: this.snapId,
      origin: METAMASK_ORIGIN,
      handler,
      request: { jsonrpc: '2.0', id: crypto.randomUUID(), method: ' ', params },
    });
  }

  /** Calls `listener` when the vault has saved a new snap account; returns the way to stop. */
  onAccountAdded(listener) {
    this.#accountListeners.add(listener);
    return () => this.#accountListeners.delete(listener);
  }

  // --- what happens to a browser

  /** Stops the snap as MetaMask does when it was idle; the next request starts it again. */
  async terminateSnap() {
    await this.snapController.stopSnap(this.snapId);
  }

  /** Pulls the plug of the snap's thread in the middle of whatever it does. */
  async crashSnap() {
    await this.#parts.snaps.executionService.pullThePlug(this.snapId);
    await this.snapController.stopSnap(this.snapId, 'CRASH');
  }

  async lock() {
    await this.keyringController.setLocked();
  }

  async unlock() {
    await this.keyringController.submitPassword(PASSWORD);
  }

  /** Everything that would be in the browser's storage now. */
  persistedState() {
    const { keyrings, snaps } = this.#parts;
    return persistedState({
      KeyringController: keyrings.keyringController,
      PermissionController: snaps.permissionController,
      SnapController: snaps.snapController,
      SubjectMetadataController: snaps.subjectMetadataController,
    });
  }

  /**
   * Ends this MetaMask and starts it again from storage, locked no more.
   *
   * @param {object} [state] - What storage holds; what it holds now unless given.
   */
  async restart(state = this.persistedState()) {
    await this.#stop();
    this.#pages.clear();
    this.#parts = this.#wire(state);
    await this.unlock();
  }

  /** Forgets what the snap stored, as reinstalling a published snap does. */
  async forgetSnapState() {
    await this.terminateSnap();
    this.snapController.clearSnapState(this.snapId, true);
  }

  async close() {
    await this.#stop();
  }

  async #stop() {
    const { snaps } = this.#parts;
    dropAllSockets();
    // Stopping first settles every request, and with it the timers that keep node alive.
    await snaps.snapController.stopAllSnaps();
    await snaps.executionService.terminateAllSnaps();
    snaps.snapController.destroy();
  }

  #wire(state) {
    const messengers = createMessengers();
    const { root } = messengers;
    registerSurroundings(root);
    root.subscribe('SnapController:snapTerminated', () => {
      this.#terminations += 1;
    });
    const keyrings = createKeyrings({
      messengers,
      state: state?.KeyringController,
      onAccountAdded: (address) => {
        for (const listener of this.#accountListeners) {
          listener(address);
        }
      },
    });
    const snaps = createSnaps({
      messengers,
      keyrings,
      state,
      setupSnapProvider: (snapId, rpcStream) =>
        connectSnap({
          snapId,
          rpcStream,
          root,
          permissionController: snaps.permissionController,
          keyrings,
          chain: this.#options.chain,
        }),
    });
    attachUser({ root, user: this.user, ...snaps });
    return { messengers, keyrings, snaps };
  }
}

function toRequest(method, params) {
  return { method, ...(params === undefined ? {} : { params }) };
}
