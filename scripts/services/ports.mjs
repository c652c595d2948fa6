/**
 * Loopback ports: finding a free one for a test, and refusing a taken one with a
 * message that says how to choose another.
 */
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** Binds and releases `port`; answers the bound port number. */
function probe(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const bound = server.address().port;
      server.close(() => resolve(bound));
    });
  });
}

/** A port that was free a moment ago. */
export async function freePort() {
  return probe(0, LOOPBACK);
}

/**
 * Fails when somebody else already listens on `port`.
 *
 * @param {number} port
 * @param {{ service: string, flag: string, variable: string }} about - Named in the error.
 */
export async function requireFreePort(port, { service, flag, variable }) {
  try {
    await probe(port, LOOPBACK);
  } catch (error) {
    const reason = error.code === 'EADDRINUSE' ? 'is already taken' : `cannot be used (${error.code ?? error.message})`;
    throw new Error(
      `port ${port} for ${service} ${reason}. Stop what listens there, or choose another with ${flag} PORT or ${variable}=PORT.`,
      { cause: error },
    );
  }
}
