/**
 * Lets node end when a test file is done.
 *
 * SnapController counts how often a snap is used and reports it a minute later. It
 * keeps that timer to itself, so nothing can cancel it, and node would wait for it.
 * Timers of a minute or more therefore do not hold the process; whatever really is
 * at work (a snap's thread, a socket, a service) still does.
 */

const A_MINUTE = 60_000;

let installed = false;

export function releaseLongTimers() {
  if (installed) {
    return;
  }
  installed = true;
  const { setTimeout } = globalThis;
  const releasing = (callback, delay, ...args) => {
    const timer = setTimeout(callback, delay, ...args);
    return delay >= A_MINUTE ? timer.unref() : timer;
  };
  globalThis.setTimeout = Object.defineProperties(releasing, Object.getOwnPropertyDescriptors(setTimeout));
}
