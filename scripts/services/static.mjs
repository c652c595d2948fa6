/**
 * A small file server for the two folders a browser needs: the snap's package and
 * the companion page. Loopback only, GET and HEAD only, nothing outside its
 * folder, nothing whose name starts with a dot.
 *
 * Every answer allows every origin: MetaMask fetches a local snap from its own
 * extension origin, and nothing served here is secret.
 */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';

import { LOOPBACK } from './ports.mjs';

const CONTENT_TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** Both loopback addresses, because `localhost` may mean either. */
const IPV6_LOOPBACK = '::1';

/**
 * Serves folders by URL prefix, the longest matching prefix first.
 *
 * @param {object} options
 * @param {Record<string, string>} options.folders - `{ '/': '/path/site', '/pkg/': '/path/pkg' }`
 * @param {number} [options.port] - 0 for any free one.
 * @param {(path: string) => boolean} [options.allows] - Which URL paths exist; all unless given.
 */
export async function serveFolders({ folders, port = 0, allows = () => true }) {
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const handler = (request, response) => {
    answer(request, response, { folders, prefixes, allows }).catch((error) => {
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(error.code ?? 'internal error');
    });
  };
  const servers = [await listen(handler, port, LOOPBACK)];
  const boundPort = servers[0].address().port;
  try {
    servers.push(await listen(handler, boundPort, IPV6_LOOPBACK));
  } catch (error) {
    // A machine without IPv6 is fine; one where somebody else has the port is not.
    if (error.code === 'EADDRINUSE' && port !== 0) {
      await close(servers);
      throw error;
    }
  }
  return {
    port: boundPort,
    url: `http://localhost:${boundPort}`,
    stop: () => close(servers),
  };
}

async function answer(request, response, site) {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, 405);
  }
  const file = await locate(request.url, site);
  if (file === undefined) {
    return refuse(response, 404);
  }
  response.writeHead(200, {
    'content-type': CONTENT_TYPES[extname(file.path).toLowerCase()] ?? 'application/octet-stream',
    'content-length': file.size,
  });
  if (request.method === 'HEAD') {
    return response.end();
  }
  createReadStream(file.path)
    .on('error', () => response.destroy())
    .pipe(response);
}

/** The regular file that a URL names, if it lies inside its folder. */
async function locate(url, { folders, prefixes, allows }) {
  let path;
  try {
    // By hand: URL would read `//name` as a host, and tidy `..` away before it is seen.
    path = decodeURIComponent(url.split('?', 1)[0]);
  } catch {
    return undefined;
  }
  if (path.endsWith('/')) {
    path += 'index.html';
  }
  const prefix = prefixes.find((candidate) => path.startsWith(candidate));
  const segments = path.split('/').slice(1);
  const isPlain = segments.every((segment) => segment !== '' && !segment.startsWith('.') && !/[\\\0]/u.test(segment));
  if (prefix === undefined || !isPlain || !allows(path)) {
    return undefined;
  }
  try {
    const root = await realpath(folders[prefix]);
    // Resolving links first: a link that leads out of the folder is outside it.
    const file = await realpath(join(root, path.slice(prefix.length)));
    const { size, isFile } = await stat(file).then((entry) => ({ size: entry.size, isFile: entry.isFile() }));
    return isFile && file.startsWith(root + sep) ? { path: file, size } : undefined;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  }
}

function refuse(response, status) {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end();
}

function listen(handler, port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer(handler);
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

async function close(servers) {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve);
          server.closeAllConnections();
        }),
    ),
  );
}
