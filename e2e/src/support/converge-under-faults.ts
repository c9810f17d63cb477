import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets } from '@eso/api/resources';
import { isKubeError } from '@eso/kube';
import { eventually, RandomFaults, SeededRandom } from '@eso/testing';
import { type Operation, nextOperation } from '../model/operations.ts';
import { Model, type Stores } from '../model/model.ts';
import { collectGarbage, differences } from '../model/observe.ts';
import type { FaultyCore } from './faulty-core.ts';

/** How much happens while core's view is wrong, and how long core may take afterwards. */
export interface ConvergeOptions {
  readonly seed: number;
  readonly stores: Stores;
  readonly objects: number;
  readonly operations: number;
  /** How long core may take once the weather is fair, milliseconds. */
  readonly convergesMs?: number;
}

/** Users act on some ExternalSecrets while core's view is wrong in every way; at rest everything is as the model says. */
export async function convergeUnderFaults(core: FaultyCore, options: ConvergeOptions): Promise<void> {
  const { seed, stores, objects, operations, convergesMs = 45_000 } = options;
  const random = new SeededRandom(seed);
  const model = new Model(stores);
  const [first = '', ...others] = Object.keys(stores);
  const [key = '', ...keys] = Object.keys(stores[first] ?? {});
  const choices = {
    names: ['es-0', ...Array.from({ length: objects - 1 }, (_, index) => `es-${index + 1}`)] as const,
    stores: [first, ...others] as const,
    keys: [key, ...keys] as const,
  };
  const weather = new RandomFaults({ proxy: core.proxy, seed, resources: ['secrets', 'externalsecrets', 'providers'] });
  try {
    for (let count = 0; count < operations; count++) {
      await perform(core, model, nextOperation(random, model, choices));
      if (count % 10 === 0) await collectGarbage(core.admin, core.namespace);
      await sleep(random.between(0, 60));
    }
    await weather.stop();
    await converges(core, model, convergesMs);
  } finally {
    await weather.stop();
    await clear(core);
  }
}

/** Waits until everything is as the model says, and checks that it stays so: nothing that was under way comes after. */
async function converges(core: FaultyCore, model: Model, timeoutMs: number): Promise<void> {
  const isRight = async (): Promise<void> => {
    await collectGarbage(core.admin, core.namespace);
    expect(await differences(core.admin, core.namespace, model)).toEqual([]);
  };
  await eventually(isRight, { timeoutMs, intervalMs: 500 });
  await core.atRest();
  await isRight();
}

/** Leaves nothing to the next one. */
async function clear(core: FaultyCore): Promise<void> {
  const { admin, namespace } = core;
  const { items } = await admin.list(externalSecrets, { namespace });
  for (const { metadata } of items) await core.deleteExternalSecret(metadata.name);
  const nothing = new Model({});
  await eventually(async () => {
    await collectGarbage(admin, namespace);
    expect(await differences(admin, namespace, nothing)).toEqual([]);
  });
}

/** Does it on the API server and in the model. A Secret that is not there now cannot be touched: that changes nothing. */
async function perform(core: FaultyCore, model: Model, operation: Operation): Promise<void> {
  switch (operation.kind) {
    case 'create':
      model.created(operation.wanted);
      await core.create(operation.wanted);
      return;
    case 'change':
      model.changed(operation.wanted);
      await core.change(operation.wanted);
      return;
    case 'delete':
      model.deleted(operation.name);
      await core.deleteExternalSecret(operation.name);
      return;
    case 'deleteSecret':
      return ifThere(core.deleteSecret(operation.target));
    case 'editSecret':
      return ifThere(core.editSecret(operation.target, 'a'));
    case 'unlabelSecret':
      return ifThere(core.unlabelSecret(operation.target));
  }
}

async function ifThere(operation: Promise<void>): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (!isKubeError(error, 'NOT_FOUND')) throw error;
  }
}
