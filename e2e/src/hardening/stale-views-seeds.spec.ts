import { FaultyCore } from '../support/faulty-core.ts';
import { convergeUnderFaults } from '../support/converge-under-faults.ts';

const stores = {
  red: { a: 'red-a', b: 'red-b', c: 'red-c' },
  blue: { a: 'blue-a', b: 'blue-b', c: 'blue-c' },
};

let core: FaultyCore;
beforeAll(async () => {
  core = await FaultyCore.start('seeds', stores);
});
afterAll(() => core.stop());

test.each([1, 2, 3])('seed %i: at rest every target is as the model says', (seed) =>
  convergeUnderFaults(core, { seed, stores, objects: 20, operations: 120 }),
);
