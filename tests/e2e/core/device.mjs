/**
 * A device without MetaMask: the wasm core, state in memory, and a user who agrees.
 * Runs in a page and in node, so it imports nothing.
 */

/** The origin under which MetaMask asks for signatures. */
const METAMASK = 'metamask';

/** The origin of the companion page. */
export const COMPANION = 'http://localhost:8000';

/** A sleep this long, in ms, is a deadline that nobody cancels; node must not wait for it. */
const DEADLINE = 10_000;

/**
 * @param {object} options
 * @param {{ handle: Function, set_host: Function }} options.core - The wasm module, instantiated.
 * @param {string} options.enrolmentCode - What the user types.
 * @param {Record<string, (params: any) => unknown>} [options.sockets] - Answers to `socket.*`,
 *   needed only where the realm has no `WebSocket` of its own.
 */
export function createDevice({ core, enrolmentCode, sockets = {} }) {
  let stored = null;
  let nextId = 1;
  /** Names of the host's methods that the core has called, in order. */
  const hostCalls = [];
  const dialogs = [];
  const events = [];

  const host = {
    'state.get': () => stored,
    'state.set': ({ value }) => {
      stored = structuredClone(value);
      return null;
    },
    dialog: ({ view, summary }) => {
      dialogs.push({ view, summary });
      // Recovery words are for later.
      return view === 'enrol' ? enrolmentCode : view !== 'recoveryWords';
    },
    'clock.now': () => Date.now(),
    'clock.sleep': async ({ ms }) => {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        if (ms >= DEADLINE) {
          timer.unref?.();
        }
      });
      return null;
    },
    'keyring.emit': ({ event, params }) => {
      events.push({ event, params });
      return null;
    },
    ...sockets,
  };

  core.set_host(async (text) => {
    const { method, params } = JSON.parse(text);
    hostCalls.push(method);
    try {
      return JSON.stringify({ result: (await host[method](params)) ?? null });
    } catch (error) {
      return JSON.stringify({ error: { code: -32603, message: error.message } });
    }
  });

  return {
    hostCalls,
    dialogs,
    events,

    /** One JSON-RPC request, answered or thrown. */
    async call(origin, method, params) {
      const request = { jsonrpc: '2.0', id: nextId++, method, ...(params === undefined ? {} : { params }) };
      const { result, error } = JSON.parse(await core.handle(JSON.stringify({ origin, request })));
      if (error) {
        throw Object.assign(new Error(`${error.name}: ${error.message}`), error);
      }
      return result;
    },

    /** A signature as MetaMask asks for it. */
    async sign(account, method, params, scope = '') {
      const { pending, result } = await this.call(METAMASK, 'keyring_submitRequest', {
        id: crypto.randomUUID(),
        origin: METAMASK,
        scope,
        account: account.id,
        request: { method, params },
      });
      if (pending !== false) {
        throw new Error('the request is pending');
      }
      return result;
    },
  };
}
