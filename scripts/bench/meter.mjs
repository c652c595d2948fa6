// What the two sides of a ceremony spend, in the form in which our own ceremonies report it.

import { cpuMs } from './clock.mjs';
import { median } from './verdict.mjs';

const SIDES = ['device', 'server'];

/** Adds up one run of one ceremony. */
export class Meter {
  spent = { device: { cpuMs: 0, bytes: 0 }, server: { cpuMs: 0, bytes: 0 } };

  /** One step of one side; its CPU time is counted. */
  step(side, work) {
    const start = cpuMs();
    const result = work();
    this.spent[side].cpuMs += cpuMs() - start;
    return result;
  }

  /** A step of both sides at once, of which each is taken to do half. */
  async together(work) {
    const start = cpuMs();
    const result = await work();
    for (const side of SIDES) this.spent[side].cpuMs += (cpuMs() - start) / 2;
    return result;
  }

  sent(side, bytes) {
    this.spent[side].bytes += bytes;
  }

  /** This run and another one after it, as one ceremony. */
  plus(other) {
    const sum = new Meter();
    for (const side of SIDES) {
      sum.spent[side].cpuMs = this.spent[side].cpuMs + other.spent[side].cpuMs;
      sum.spent[side].bytes = this.spent[side].bytes + other.spent[side].bytes;
    }
    return sum;
  }
}

/** Median and minimum of several runs of one ceremony, for each side. */
export function summarise(meters) {
  const side = (name) => {
    const times = meters.map(({ spent }) => spent[name].cpuMs);
    return { cpuMsMedian: median(times), cpuMsMin: Math.min(...times), bytes: meters.at(-1).spent[name].bytes };
  };
  return { device: side('device'), server: side('server') };
}
