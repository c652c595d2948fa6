/**
 * The Rust core (../../pkg), which does everything: this snap only carries strings
 * to and from it. The module is instantiated once per start of the snap, from bytes
 * inside the bundle; MetaMask stops an idle snap, so that happens often.
 */
import init, { deliver, handle, set_host as setHost } from '../../pkg/tandem_keyring.js';
import wasm from '../../pkg/tandem_keyring_bg.wasm?base64';
import { answer } from './host';

type Core = {
  /** A request with its origin, as JSON; answers with a JSON-RPC response. */
  handle(request: string): Promise<string>;
  /** A socket event as JSON; answers whether a session was waiting for it. */
  deliver(event: string): string;
};

let core: Promise<Core> | undefined;

/** The core, ready for use. Whoever awaits it first causes it to be made. */
export async function getCore(): Promise<Core> {
  core ??= start();
  return core;
}

async function start(): Promise<Core> {
  const bytes = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  await init({ module_or_path: bytes });
  setHost(answer);
  return { handle, deliver };
}
