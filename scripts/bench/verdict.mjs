/** Prints whether a number stays within its target, and says it too. */
export function verdict(what, found, target) {
  const ok = found <= target;
  console.log(`${ok ? 'reached' : 'MISSED '}  ${what}: ${found} (target ${target})`);
  return ok;
}

/** The middle one. */
export function median(numbers) {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
}
