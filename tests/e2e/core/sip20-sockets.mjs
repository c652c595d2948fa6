/**
 * Sockets as MetaMask gives them to a snap (SIP-20), made of `ws`: opened by a host
 * call, and heard through events handed to the core's `deliver`.
 */
import { WebSocket } from 'ws';

/** @param {{ deliver: (event: string) => string }} core */
export function createSip20Sockets(core) {
  const sockets = new Map();
  let nextId = 1;

  function listen(id, socket) {
    const { origin } = new URL(socket.url);
    const deliver = (event) => core.deliver(JSON.stringify({ id, origin, ...event }));
    socket.on('message', (data) => deliver({ type: 'message', data: { type: 'binary', message: [...data] } }));
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      sockets.delete(id);
      deliver({ type: 'close', code, reason: String(reason), wasClean: code === 1000 });
    });
  }

  return {
    'socket.open': async ({ url, protocols }) => {
      const id = `socket-${nextId++}`;
      const socket = new WebSocket(url, protocols);
      sockets.set(id, socket);
      listen(id, socket);
      await new Promise((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
      });
      return { id };
    },
    'socket.list': () => [...sockets].map(([id, { url, protocol }]) => ({ id, url, protocols: [protocol] })),
    'socket.send': ({ id, message }) => {
      sockets.get(id).send(new Uint8Array(message));
      return null;
    },
    'socket.close': ({ id }) => {
      sockets.get(id)?.close();
      return null;
    },
  };
}
