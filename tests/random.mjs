/**
 * A small seeded generator of random numbers (mulberry32), so that a run can be
 * repeated from its seed.
 */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const random = {
    /** An integer from 0 to `limit - 1`. */
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    pick: (list) => list[random.below(list.length)],
    times: (count, make) => Array.from({ length: count }, (_, position) => make(position)),
    shuffled(list) {
      const copy = [...list];
      for (let at = copy.length - 1; at > 0; at -= 1) {
        const other = random.below(at + 1);
        [copy[at], copy[other]] = [copy[other], copy[at]];
      }
      return copy;
    },
    hex: (bytes) => random.times(bytes * 2, () => '0123456789abcdef'[random.below(16)]).join(''),
    bigint: (bits) => BigInt(`0x${random.hex(32)}`) >> BigInt(256 - bits),
  };
  return random;
}

/** The seed of this run, from `TANDEM_SEED` or new, and printed. */
export function seedOfRun() {
  const seed = Number(process.env.TANDEM_SEED ?? Math.floor(Math.random() * 2 ** 32));
  console.log(`seed ${seed} (TANDEM_SEED=${seed} repeats these cases)`);
  return seed;
}
