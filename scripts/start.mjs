// Everything on one machine with one command: builds Tandem, starts the signing
// server, an Ethereum node, the snap and the companion page, proves with a real
// transaction that they work together, and serves them until Ctrl-C. With `--once`
// it stops after the proof. Starts before node_modules exists, so npm packages are
// imported only after the build.

import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { build } from './build.mjs';
import { root, snap } from './paths.mjs';
import { startAnvil } from './services/anvil.mjs';
import { HELP, PORTS, readOptions } from './services/options.mjs';
import { requireFreePort } from './services/ports.mjs';
import { enrolCommand, startServer } from './services/server.mjs';
import { serveFolders } from './services/static.mjs';
import { bold, dim, green, heading, line, red } from './services/terminal.mjs';

/** The exit code that shells know for Ctrl-C. */
const INTERRUPTED = 130;

/** How everything started is stopped again, newest first. */
const stops = [];

async function main() {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  // Before the build: nobody should wait minutes to hear that a port is taken.
  await requireFreePorts(options.ports);
  heading('Building');
  await build();

  // From here on there are children to stop.
  const interruption = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => resolve(signal));
    }
  });
  const signal = await Promise.race([interruption, work(options)]);
  if (signal) {
    console.log('\nStopping.');
    // Asked for one proof and stopped before it was given.
    process.exitCode = options.once ? INTERRUPTED : 0;
  }
}

/** Starts, proves and serves; ends only with `--once`, or with an error. */
async function work(options) {
  const services = await startServices(options);

  heading('Proof: a MetaMask without a screen sends a transaction');
  const { prove } = await import('./services/proof.mjs');
  await prove(services);
  console.log(`\n${green('Everything works together.')}`);

  if (!options.once) {
    await invite(services, options);
    await anyEnd(services);
  }
}

async function requireFreePorts(ports) {
  for (const [name, about] of Object.entries(PORTS)) {
    await requireFreePort(ports[name], about);
  }
}

async function startServices({ ports, dataDir }) {
  await requireFreePorts(ports);
  heading('Running');

  const server = await startServer({ dataDir, port: ports.server });
  stops.push(() => server.stop());
  line('signing server', server.sessionUrl, `data in ${relative(root, dataDir) || '.'}`);

  const anvil = await startAnvil({ port: ports.anvil });
  stops.push(() => anvil.stop());
  line('anvil', anvil.url, `chain ${anvil.chainId}`);

  const snapFiles = await serveFolders({ folders: { '/': snap }, port: ports.snap, allows: isPartOfSnap() });
  stops.push(() => snapFiles.stop());
  const snapId = `local:${snapFiles.url}`;
  line('snap', snapId);

  const page = await serveFolders({ folders: { '/': join(root, 'site') }, port: ports.page });
  stops.push(() => page.stop());
  line('companion page', page.url);

  return { server, anvil, snapId, page };
}

/** Of the snap's folder MetaMask needs the manifest and what it names; nobody needs more. */
function isPartOfSnap() {
  const manifest = JSON.parse(readFileSync(join(snap, 'snap.manifest.json'), 'utf8'));
  const { filePath, iconPath } = manifest.source.location.npm;
  const parts = new Set(['snap.manifest.json', filePath, iconPath].map((path) => `/${path}`));
  return (path) => parts.has(path);
}

/** What the person at the terminal can do now. */
async function invite({ server, anvil, snapId, page }, { dataDir, ports }) {
  const address = new URL(page.url);
  if (snapId !== 'local:http://localhost:8080') {
    address.searchParams.set('snap', snapId);
  }
  heading('Your turn');
  console.log(`  1. Use a browser profile with ${bold('MetaMask Flask')}, the edition for developers; the ordinary
     MetaMask does not install snaps from your own machine.
  2. Open ${bold(address.href)} and choose "Install in MetaMask".
  3. Choose "Connect a signing server" and type this code into MetaMask's own window:

       ${bold(await server.enrol())}

  4. Choose "Create an account". It is in MetaMask's account list from then on.
  5. To send with it, add the network ${anvil.url} (chain ${anvil.chainId}) to MetaMask, and give
     the account something to spend:

       ${fundCommand(anvil.url)}

  The code enrols one device and expires. Another one:

       ${enrolCommand({ dataDir: relative(process.cwd(), dataDir) || '.', port: ports.server })}

  ${dim('Ctrl-C stops everything; accounts and keys stay in')} ${relative(process.cwd(), dataDir) || '.'}`);
}

function fundCommand(url) {
  const call = { jsonrpc: '2.0', id: 1, method: 'anvil_setBalance', params: ['YOUR-ADDRESS', '0x8ac7230489e80000'] };
  return `curl -H content-type:application/json ${url} -d '${JSON.stringify(call)}'`;
}

/** Rejects when a service ends by itself. */
async function anyEnd({ server, anvil }) {
  const ended = await Promise.race([
    server.ended.then(() => `the signing server ended:\n${server.lines.slice(-10).join('\n')}`),
    anvil.ended.then(() => 'anvil ended'),
  ]);
  throw new Error(ended);
}

async function stopAll() {
  for (const stop of stops.splice(0).reverse()) {
    await stop();
  }
}

try {
  await main();
} catch (error) {
  console.error(`\n${red('error:')} ${error.message}`);
  if (process.env.DEBUG) {
    console.error(error.stack);
  }
  process.exitCode = 1;
}
await stopAll();
// A service that was still starting is in no list; node kills it as it exits.
process.exit();
