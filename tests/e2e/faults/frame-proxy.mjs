/**
 * A WebSocket proxy between a device and the server that shows every frame to a
 * hook before it passes on. A test counts frames with it, and makes things happen
 * at exactly one of them.
 *
 * It changes nothing that a hook does not ask for: text stays text, binary stays
 * binary, in order. A device's socket opens only when the server's has, and either
 * end's death is the other's.
 */
import { createServer } from 'node:http';

import { WebSocket, WebSocketServer } from 'ws';

import { LOOPBACK } from '../../../scripts/services/ports.mjs';

/**
 * @typedef {object} Frame
 * @property {number} index - Counted from 0 since the last `watch`, over all connections.
 * @property {'up' | 'down'} direction - `up`: device to server.
 * @property {number} bytes
 */

/** @param {{ target: string }} options - The server's session URL. */
export async function startFrameProxy({ target }) {
  const proxy = new FrameProxy(new URL(target));
  await proxy.listen();
  return proxy;
}

class FrameProxy {
  #target;
  #http = createServer((_request, response) => response.writeHead(404).end());
  // The device's own choice of subprotocol is passed to the server, whose answer is the device's.
  #sockets = new WebSocketServer({ noServer: true, handleProtocols: ([first]) => first });
  #pairs = new Set();
  #count = 0;
  #hook;

  constructor(target) {
    this.#target = target;
    this.#http.on('upgrade', (request, socket, head) => this.#connect(request, socket, head));
  }

  async listen() {
    await new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(0, LOOPBACK, resolve);
    });
    const { port } = this.#http.address();
    this.url = `ws://${LOOPBACK}:${port}${this.#target.pathname}`;
  }

  /**
   * Starts counting from 0 and calls `hook` before each frame is passed on; the
   * frame waits for the hook. A frame whose hook answers `'drop'` goes nowhere.
   *
   * @param {(frame: Frame) => void | 'drop' | Promise<void | 'drop'>} hook
   * @returns {() => void} Stops watching.
   */
  watch(hook) {
    this.#count = 0;
    this.#hook = hook;
    return () => {
      this.#hook = undefined;
    };
  }

  /** Cuts every connection at both ends, without a closing handshake. */
  cut() {
    for (const pair of this.#pairs) {
      pair.device?.terminate();
      pair.server.terminate();
    }
  }

  async close() {
    this.cut();
    this.#sockets.close();
    await new Promise((resolve) => {
      this.#http.close(resolve);
      this.#http.closeAllConnections();
    });
  }

  #connect(request, socket, head) {
    const protocols = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/u) ?? [];
    const server = new WebSocket(this.#target, protocols, { origin: request.headers.origin, perMessageDeflate: false });
    const pair = { server, device: undefined };
    this.#pairs.add(pair);

    const passUp = this.#lane('up', () => pair.server);
    const passDown = this.#lane('down', () => pair.device);
    server.on('message', passDown);
    server.on('open', () => {
      this.#sockets.handleUpgrade(request, socket, head, (device) => {
        pair.device = device;
        device.on('message', passUp);
        device.on('error', () => device.terminate());
        device.on('close', () => server.terminate());
      });
    });
    server.on('error', () => {
      // Refused, reset or killed: to the device it is the server that is gone.
      if (pair.device === undefined) {
        socket.destroy();
      }
    });
    server.on('close', () => {
      this.#pairs.delete(pair);
      pair.device?.terminate();
    });
  }

  /** Passes frames of one direction on, one after another, each after its hook. */
  #lane(direction, destination) {
    let last = Promise.resolve();
    return (data, isBinary) => {
      const index = this.#count++;
      const hook = this.#hook;
      last = last.then(async () => {
        const verdict = await hook?.({ index, direction, bytes: data.length });
        const socket = destination();
        if (verdict !== 'drop' && socket?.readyState === WebSocket.OPEN) {
          socket.send(data, { binary: isBinary });
        }
      });
    };
  }
}
