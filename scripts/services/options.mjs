/**
 * What `npm start` can be told: by flag, by environment variable, or not at all.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { root } from '../paths.mjs';

/** The ports, each with the flag and the variable that change it. */
export const PORTS = {
  server: { service: 'the signing server', flag: '--server-port', variable: 'TANDEM_SERVER_PORT', standard: 8549 },
  anvil: { service: 'anvil', flag: '--anvil-port', variable: 'TANDEM_ANVIL_PORT', standard: 8545 },
  snap: { service: 'the snap', flag: '--snap-port', variable: 'TANDEM_SNAP_PORT', standard: 8080 },
  page: { service: 'the companion page', flag: '--page-port', variable: 'TANDEM_PAGE_PORT', standard: 8000 },
};

export const HELP = `Builds Tandem, starts everything on this machine, and proves that it works.

  npm start                  build, start, prove, then serve until Ctrl-C
  npm start -- --once        build, start, prove, then stop: exit code 0 or 1

Options:
  --data-dir DIR             the server's data, kept between runs   [.tandem/server]
${Object.values(PORTS)
  .map(({ service, flag, variable, standard }) => `  ${`${flag} PORT`.padEnd(27)}for ${service}, or ${variable}   [${standard}]`)
  .join('\n')}
  --help                     this text

The snap obeys the companion page at http://localhost:8000 only. With another
--page-port, build the snap with another list of origins.
`;

/** @returns {{ once: boolean, help: boolean, dataDir: string, ports: Record<keyof typeof PORTS, number> }} */
export function readOptions(args, environment) {
  const portFlags = Object.values(PORTS).map(({ flag }) => [flag.slice(2), { type: 'string' }]);
  const { values } = parseArgs({
    args,
    options: {
      once: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      'data-dir': { type: 'string', default: join(root, '.tandem', 'server') },
      ...Object.fromEntries(portFlags),
    },
  });
  const ports = Object.entries(PORTS).map(([name, { flag, variable, standard }]) => {
    const text = values[flag.slice(2)] ?? environment[variable] ?? String(standard);
    return [name, readPort(text, flag, variable)];
  });
  return { once: values.once, help: values.help, dataDir: values['data-dir'], ports: Object.fromEntries(ports) };
}

function readPort(text, flag, variable) {
  const port = Number(text);
  if (!/^\d+$/u.test(text) || port < 1 || port > 65_535) {
    throw new Error(`${flag} (or ${variable}) must be a port, 1 to 65535, and is "${text}"`);
  }
  return port;
}
