import { Code } from '@connectrpc/connect';
import type { BatchGetOutcome } from '@eso/api/stubs';
import { expectAnswer, expectBytes, expectRefusal, REFUSED } from '../expect.ts';
import { demand, BrokenRule } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import { firstOf } from '../wire/first-of.ts';
import type { Check } from './check.ts';
import { pushAnew } from './writing.ts';

const MOST_REFERENCES = 1_000;
const STATE_BYTES = 64 * 1024;

/** BatchGet, Watch and generators: what not every provider has. */
export const extensionChecks = {
  'batch.1': async (lab) => {
    const secrets = ofOneStore(lab);
    const outcomes = await batch(lab, secrets);
    for (const [index, { key, value }] of secrets.entries()) expectBytes(valueOf(outcomes[index], key), value, key);
  },
  'batch.2': async (lab) => {
    const absent = lab.fixture('absent');
    const secrets = ofOneStore(lab);
    const alone = await batch(lab, secrets);
    const outcomes = await batch(lab, [absent, ...secrets, absent]);
    for (const index of [0, outcomes.length - 1]) {
      const { outcome } = outcomes[index] ?? {};
      demand(outcome?.case === 'error', `an absent secret among others is ${outcome?.case ?? 'nothing'}, not an error`);
      lab.overheard.within('BatchGet', outcome.value.message, outcome.value);
      demand(outcome.value.code === 'SECRET_NOT_FOUND', `its code is ${outcome.value.code}, not SECRET_NOT_FOUND`);
    }
    // In which order they are, and what they are, is another rule's.
    const valuesAmong = (some: readonly BatchGetOutcome[]): string[] =>
      secrets.map(({ key }, index) => Buffer.from(valueOf(some[index], key)).toString('base64')).sort();
    const same = valuesAmong(outcomes.slice(1)).join() === valuesAmong(alone).join();
    demand(same, 'the others are answered with other values than in a batch without the absent one');
  },
  'batch.3': async (lab) => {
    const empty = lab.connection.extension.batchGet({ ...lab.through(), remoteRefs: [] });
    await expectRefusal(empty, [Code.InvalidArgument], 'a batch without references');
  },
  'batch.4': async (lab) => {
    const remoteRefs = Array.from({ length: MOST_REFERENCES + 1 }, () => ({ key: 'conformance' }));
    const call = lab.connection.extension.batchGet({ ...lab.through(), remoteRefs });
    await expectRefusal(call, [Code.ResourceExhausted, Code.InvalidArgument], 'a batch of 1,001 references');
  },

  'watch.1': async (lab) => {
    const first = await firstOf((signal) => lab.connection.extension.watch(lab.through(), { signal }));
    demand(first !== undefined, 'the watch ended without a message');
    demand(first.keys.length === 0 && !first.anything, 'the first message tells of a change');
  },
  'watch.2': async (lab) => {
    const fixture = lab.fixture('pushKey');
    const enough = new AbortController();
    try {
      let begun = false;
      for await (const { keys, anything } of lab.connection.extension.watch(lab.through(fixture.store), {
        signal: enough.signal,
      })) {
        if (anything || keys.includes(fixture.key)) return;
        if (!begun) await pushAnew(lab, fixture);
        begun = true;
      }
    } finally {
      enough.abort();
    }
    throw new BrokenRule('the watch ended before the change was told');
  },

  'generate.1': async (lab) => {
    const { secrets, state } = await expectAnswer(generate(lab), 'Generate');
    demand(Object.keys(secrets).length > 0, 'nothing was made');
    demand(state.length <= STATE_BYTES, `the state has ${state.length} bytes`);
    demand(state.length === 0 || isJson(state), 'the state is no JSON');
  },
  'generate.2': async (lab) => {
    const { state } = await expectAnswer(generate(lab), 'Generate');
    for (const time of ['first', 'second']) {
      const cleanup = lab.connection.generator.cleanup({ ...generatorFields(lab), state });
      await expectAnswer(cleanup, `the ${time} Cleanup`);
    }
  },
  'generate.3': async (lab) => {
    const { generatorRef, ...request } = generatorFields(lab);
    const missing = { ...generatorRef, name: `${generatorRef.name}-conformance-absent` };
    const call = lab.connection.generator.generate({ ...request, generatorRef: missing });
    await expectRefusal(call, [Code.FailedPrecondition], 'a missing config');
  },
  'generate.4': async (lab) => {
    const { generatorRef, sourceNamespace } = generatorFields(lab);
    const call = lab.connection.generator.generate({
      generatorRef: { ...generatorRef, namespace: generatorRef.namespace ?? sourceNamespace },
      sourceNamespace: 'conformance-other',
    });
    await expectRefusal(call, REFUSED, 'a generator of another namespace');
  },
} as const satisfies Readonly<Record<string, Check>>;

type Secrets = ReturnType<typeof ofOneStore>;

/** A batch is of one store: the config's. */
function ofOneStore(lab: Lab) {
  return lab.fixture('secrets').filter(({ store }) => store === undefined);
}

async function batch(lab: Lab, references: readonly Pick<Secrets[number], 'key' | 'version' | 'property'>[]) {
  const remoteRefs = references.map(({ key, version = '', property = '' }) => ({ key, version, property }));
  const { outcomes } = await expectAnswer(
    lab.connection.extension.batchGet({ ...lab.through(), remoteRefs }),
    'a batch',
  );
  demand(outcomes.length === remoteRefs.length, `${remoteRefs.length} references have ${outcomes.length} outcomes`);
  return outcomes;
}

function valueOf(outcome: BatchGetOutcome | undefined, key: string): Uint8Array {
  if (outcome?.outcome.case === 'value') return outcome.outcome.value;
  throw new BrokenRule(`the outcome of ${key} is ${outcome?.outcome.case ?? 'nothing'}, not a value`);
}

function generatorFields(lab: Lab) {
  const { sourceNamespace, namespace, ...ref } = lab.fixture('generator');
  return {
    generatorRef: { ...ref, ...(namespace === undefined ? {} : { namespace }) } as typeof ref & { namespace?: string },
    sourceNamespace,
  };
}

const generate = (lab: Lab) => lab.connection.generator.generate(generatorFields(lab));

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString());
    return true;
  } catch {
    return false;
  }
}
