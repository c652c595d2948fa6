// snap/dist/bundle.js and snap/snap.manifest.json, from snap/, pkg/ and webpack.config.js.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unlessUnchanged } from './inputs.mjs';
import { packageLock, root, snap, webpack, webpackConfig } from './paths.mjs';
import { run } from './run.mjs';
import { wasmOutputs } from './wasm.mjs';

const TEMPLATE = join(snap, 'snap.manifest.template.json');
const MANIFEST = join(snap, 'snap.manifest.json');
const PACKAGE = join(snap, 'package.json');

export const snapBundle = join(snap, 'dist', 'bundle.js');

/** Everything the bundle is made from; the lock file stands for the npm packages. */
const files = [
  ...[join(snap, 'src'), join(snap, 'images'), TEMPLATE, PACKAGE],
  ...[webpackConfig, packageLock, ...wasmOutputs],
];

export async function buildSnap() {
  await unlessUnchanged({ step: 'snap', files, outputs: [snapBundle, MANIFEST] }, async () => {
    writeFileSync(MANIFEST, `${JSON.stringify(await manifest(), null, 2)}\n`);
    run(process.execPath, [webpack, '--config', webpackConfig], { cwd: root });
  });
}

/** The template, with what other files and MetaMask's own packages know better. */
async function manifest() {
  const template = readJson(TEMPLATE);
  const { name, version, description } = readJson(PACKAGE);
  return {
    version,
    description,
    ...template,
    source: {
      // Any well-formed checksum: webpack's plugin replaces it with that of the result.
      shasum: createHash('sha256').digest('base64'),
      location: { npm: { ...template.source.location.npm, packageName: name, registry: await registry() } },
    },
    platformVersion: readJson(join(root, 'node_modules', '@metamask', 'snaps-sdk', 'package.json')).version,
  };
}

/** The one registry that MetaMask allows in a manifest, as its own code has it. */
async function registry() {
  const { DEFAULT_NPM_REGISTRY } = await import('@metamask/snaps-controllers');
  return DEFAULT_NPM_REGISTRY.origin;
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
