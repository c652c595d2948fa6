/** A small seeded generator: the seed is printed, and the same seed gives the same cases. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From `TANDEM_SEED`, or from the clock. */
  static announced() {
    const seed = Number(process.env.TANDEM_SEED ?? Date.now() % 2 ** 32);
    console.log(`seed ${seed} (TANDEM_SEED=${seed} repeats these cases)`);
    return new Random(seed);
  }

  /** A whole number of 32 bits (mulberry32). */
  word() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** From 0 to `limit` - 1. */
  below(limit) {
    return this.word() % limit;
  }

  chance(share) {
    return this.word() / 2 ** 32 < share;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  hex(bytes) {
    let text = '0x';
    for (let byte = 0; byte < bytes; byte += 1) text += this.below(256).toString(16).padStart(2, '0');
    return text;
  }

  /** An integer of up to `bits` bits: small, large and limit values alike. */
  integer(bits) {
    switch (this.below(4)) {
      case 0:
        return BigInt(this.below(300));
      case 1:
        return 2n ** BigInt(bits) - 1n;
      default:
        return BigInt(this.hex(32)) >> BigInt(256 - 1 - this.below(bits));
    }
  }
}
