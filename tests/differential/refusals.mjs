/**
 * The codes of `crates/ethereum/src/refusal.rs` with their explanations, and which of them the
 * compatibility table relaxes, read from the sources so that no code can be forgotten.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../../scripts/paths.mjs';

const sources = join(root, 'crates', 'ethereum', 'src');

/** From code to its explanation. */
export function refusals() {
  const found = constants().map(({ code, explanation }) => [code, explanation]);
  if (found.length === 0) throw new Error('refusal.rs lists no codes');
  return new Map(found);
}

/** The codes that never occur, because their rule is relaxed. */
export function relaxed() {
  const table = readFileSync(join(sources, 'eip712', 'compatibility.rs'), 'utf8');
  return constants().filter(({ name }) => table.includes(`&refusal::${name}`)).map(({ code }) => code);
}

function constants() {
  const text = readFileSync(join(sources, 'refusal.rs'), 'utf8');
  const pattern = /((?:\/\/\/ .*\n)+)pub\(crate\) const (\w+): Refusal =\s*refusal\(\s*"(\w+)"/gu;
  return [...text.matchAll(pattern)].map(([, comment, name, code]) => ({
    name,
    code,
    explanation: comment.replaceAll('/// ', '').trim().replaceAll('\n', ' '),
  }));
}
