/**
 * Where snaps run: MetaMask's own execution environment, with SES lockdown, in a
 * worker thread per snap. Added to it: pulling the plug, which the graceful stop
 * of the execution service never does.
 */
import { NodeThreadExecutionService } from '@metamask/snaps-controllers/node';

export class ThreadExecutionService extends NodeThreadExecutionService {
  #workers = new Map();

  async initEnvStream(snapId) {
    const environment = await super.initEnvStream(snapId);
    this.#workers.set(snapId, environment.worker);
    return environment;
  }

  /** Ends the snap's thread at once: no teardown, no answer, no warning. */
  async pullThePlug(snapId) {
    await this.#workers.get(snapId)?.terminate();
  }
}
