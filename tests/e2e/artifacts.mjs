/**
 * What the build leaves behind and these tests take in hand. A variable points a
 * test run at something else: an unpacked release, a debug build.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { pkg, snap } from '../../scripts/paths.mjs';
import { serverBinary } from '../../scripts/services/server.mjs';

function built(path) {
  if (!existsSync(path)) {
    throw new Error(`${path} does not exist; build first: node scripts/build.mjs`);
  }
  return path;
}

/** The snap's folder: manifest, bundle, icon. */
export function snapFolder() {
  const folder = process.env.TANDEM_SNAP_DIR ?? snap;
  built(join(folder, 'snap.manifest.json'));
  built(join(folder, JSON.parse(readFileSync(join(folder, 'snap.manifest.json'), 'utf8')).source.location.npm.filePath));
  return folder;
}

/** The wasm package: `tandem_keyring.js` and `tandem_keyring_bg.wasm`. */
export function wasmFolder() {
  const folder = process.env.TANDEM_PKG_DIR ?? pkg;
  built(join(folder, 'tandem_keyring.js'));
  return folder;
}

/** The signing server's program. */
export function serverProgram() {
  return built(process.env.TANDEM_SERVER_BIN ?? serverBinary());
}
