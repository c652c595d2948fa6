// The snap's own modules as node can load them: the build's webpack configuration with
// another entry and without the checks of a whole snap.

import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import webpack from 'webpack';

const require = createRequire(import.meta.url);
const config = require('../../webpack.config.js');

/** The exports of a module below snap/src. */
export async function loadSnapModule(path) {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-snap-'));
  try {
    const stats = await promisify(webpack)({
      ...config,
      entry: `./src/${path}`,
      output: { ...config.output, path: folder, filename: 'module.js' },
      plugins: [],
    });
    if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
    return require(join(folder, 'module.js'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
