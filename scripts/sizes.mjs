// How large the things are that travel to a user.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './paths.mjs';

export function printSizes(files) {
  for (const file of files) {
    const content = readFileSync(file);
    const packed = gzipSync(content, { level: 9 });
    console.log(`${relative(root, file).padEnd(32)} ${kb(content)} ${kb(packed)} gzip -9`);
  }
}

function kb(bytes) {
  return `${(bytes.length / 1000).toFixed(1)} kB`.padStart(11);
}
