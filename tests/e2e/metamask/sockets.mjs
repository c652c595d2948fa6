/**
 * The client's global `WebSocket`, which MetaMask's WebSocketService opens on
 * behalf of snaps. Node 20 has none, so `ws` stands in, with three additions:
 *
 * - it names the origin that Flask's sockets have, its extension's, so that a server
 *   which lets no web page in is tested with what really comes;
 * - every open socket is remembered, so that a restart of the client can drop
 *   them as a browser drops the sockets of a dead service worker;
 * - an error after opening is not an uncaught exception. WebSocketService removes
 *   its error listener once a socket is open, which a browser tolerates.
 */
import { WebSocket as NodeWebSocket } from 'ws';

/** MetaMask Flask, as the Chrome Web Store names it. */
const EXTENSION_ORIGIN = 'chrome-extension://ljfoeinjpaedjfecbmggjgodbgkmjkjk';

const open = new Set();

class ClientWebSocket extends NodeWebSocket {
  constructor(url, protocols) {
    super(url, protocols, { origin: EXTENSION_ORIGIN });
    open.add(this);
    this.on('error', () => undefined);
    this.on('close', () => open.delete(this));
  }
}

/** Makes the global that WebSocketService looks up at each opening. */
export function installWebSocketGlobal() {
  globalThis.WebSocket = ClientWebSocket;
}

/** Cuts every open socket without a closing handshake, and forgets its listeners. */
export function dropAllSockets() {
  for (const socket of open) {
    // The client that listened is gone: its events must not reach a dead controller.
    socket.removeAllListeners();
    socket.on('error', () => undefined);
    socket.terminate();
  }
  open.clear();
}
