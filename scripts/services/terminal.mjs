/**
 * How `npm start` writes: one line for each thing that is done or runs, in columns,
 * in colour where the terminal has it.
 */

const coloured = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const paint = (code) => (text) => (coloured ? `\u001B[${code}m${text}\u001B[0m` : text);

export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);

const LABEL_WIDTH = 20;

export function heading(text) {
  console.log(`\n${bold(text)}`);
}

/** `  label               value  remark` */
export function line(label, value, remark = '') {
  console.log(`  ${label.padEnd(LABEL_WIDTH)}${value}${remark ? `  ${dim(remark)}` : ''}`);
}

/** Does something and writes what it led to, and how long it took. */
export async function step(label, action, describe) {
  const startedAt = performance.now();
  let result;
  try {
    result = await action();
  } catch (error) {
    line(label, red('failed'));
    throw error;
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  line(label, describe(result), `${seconds} s`);
  return result;
}
