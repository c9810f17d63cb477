import { atWrite, eventually, type InterceptorHooks } from '@eso/testing';
import { FaultyCore } from '../support/faulty-core.ts';
import { convergeUnderFaults } from '../support/converge-under-faults.ts';

const stores = {
  red: { a: 'red-a', b: 'red-b', c: 'red-c' },
  blue: { a: 'blue-a', b: 'blue-b', c: 'blue-c' },
};
/** Core is ended at each of the first writes; a kubelet lets a process that keeps ending wait ten seconds. */
const WRITES = 12;

let core: FaultyCore;
beforeAll(async () => {
  core = await FaultyCore.start('seeds', stores);
});
afterAll(() => core.stop());

test.each([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])('seed %i: 40 objects, 300 operations', (seed) =>
  convergeUnderFaults(core, { seed, stores, objects: 40, operations: 300, convergesMs: 90_000 }),
);

const crash = (): { kind: 'cut' } => {
  core.pod.kill();
  return { kind: 'cut' };
};

test.each<[string, InterceptorHooks]>([
  ['before', { before: crash }],
  ['after', { after: crash }],
])(
  `core killed %s each of its first ${WRITES} writes`,
  async (_, operation) => {
    for (let write = 1; write <= WRITES; write++) {
      const { restarts } = core.pod;
      const disarm = core.proxy.intercept(atWrite(write, operation));
      await convergeUnderFaults(core, { seed: write, stores, objects: 8, operations: 40, convergesMs: 60_000 });
      disarm();
      // It may be the last write of all that ends core, and its kubelet lets it wait.
      await eventually(() => expect(core.pod.restarts).toBe(restarts + 1), { timeoutMs: 30_000 });
      await core.ready();
    }
  },
  WRITES * 60_000,
);
