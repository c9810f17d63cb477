import { Code } from '@connectrpc/connect';
import type { PushFixture } from '../config/fixtures.ts';
import { expectAnswer, expectBytes, expectEntries, expectRefusal, refusalOf } from '../expect.ts';
import { demand } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import type { Check } from './check.ts';

/** PushSecret, SecretExists and DeleteSecret. */
export const writingChecks = {
  'push.1': async (lab) => {
    const fixture = lab.fixture('pushKey');
    const value = lab.makeValue();
    await expectAnswer(push(lab, fixture, { value }), 'a push');
    await expectThere(lab, fixture, value);
  },
  'push.2': async (lab) => {
    const fixture = lab.fixture('pushKey');
    const [first, second] = [lab.makeValue(), lab.makeValue()];
    for (const value of [first, second, second]) await expectAnswer(push(lab, fixture, { value }), 'a push');
    await expectThere(lab, fixture, second);
  },
  'push.3': async (lab) => {
    const { value, ...fixture } = lab.fixture('unmanaged');
    const pushed = push(lab, fixture, { value: lab.makeValue() });
    const refusal = await refusalOf(pushed);
    await expectThere(lab, fixture, value);
    demand(
      refusal?.status === Code.AlreadyExists,
      `it was answered with ${refusal ? Code[refusal.status] : 'OK'}, not with AlreadyExists`,
    );
  },
  'push.4': async (lab) => {
    const fixture = lab.fixture('pushProperty');
    const values = [lab.makeValue(), lab.makeValue()] as const;
    for (const [index, value] of values.entries())
      await expectAnswer(
        push(lab, { ...fixture, property: `conformance-${index}` }, { value }),
        'a push of a property',
      );
    for (const [index, value] of values.entries())
      await expectThere(lab, { ...fixture, property: `conformance-${index}` }, value);
  },
  'push.5': async (lab) => {
    const fixture = lab.fixture('pushWhole');
    const data = { one: lab.makeValue(), two: lab.makeValue() };
    await expectAnswer(push(lab, fixture, data, ''), 'a push of a whole Secret');
    const { secrets } = await expectAnswer(
      lab.connection.store.getSecretMap(lab.ask(keyOf(fixture))),
      'what was pushed',
    );
    expectEntries(secrets, data, 'what was pushed');
  },
  'push.6': async (lab) => {
    const request = { ...lab.through(), secretData: { value: lab.makeValue() } };
    const { store } = lab.connection;
    const nameless = store.pushSecret({ ...request, pushSecretData: { secretKey: 'value' } });
    await expectRefusal(nameless, [Code.InvalidArgument], 'a push without a remote key');
    await expectRefusal(store.pushSecret(request), [Code.InvalidArgument], 'a push without push_secret_data');
  },
  'push.7': async (lab) => {
    const pushed = push(lab, { key: lab.makeName(), store: lab.missingStore() }, { value: lab.makeValue() });
    await expectRefusal(pushed, [Code.FailedPrecondition], 'a missing config');
  },

  'exists.1': async (lab) => {
    for (const reference of lab.fixture('existing')) {
      const { exists } = await expectAnswer(there(lab, reference), reference.key);
      demand(exists, `${reference.key} exists, and was said not to`);
    }
  },
  'exists.2': async (lab) => {
    const { exists } = await expectAnswer(there(lab, keyOf(lab.fixture('absent'))), 'an absent secret');
    demand(!exists, 'an absent secret was said to exist');
  },
  'exists.3': async (lab) => {
    await expectRefusal(there(lab, keyOf(lab.fixture('forbidden'))), [Code.PermissionDenied], 'a forbidden secret');
  },
  'exists.4': async (lab) => {
    const nameless = lab.connection.store.secretExists({ ...lab.through(), remoteRef: {} });
    await expectRefusal(nameless, [Code.InvalidArgument], 'a reference without a key');
  },

  'delete.1': async (lab) => {
    const fixture = lab.fixture('deleteKey');
    await expectAnswer(push(lab, fixture, { value: lab.makeValue() }), 'a push');
    await expectAnswer(remove(lab, fixture), 'its removal');
    const refusal = await refusalOf(lab.connection.store.getSecret(lab.ask(keyOf(fixture))));
    demand(refusal !== undefined, 'it can still be read');
    // What GetSecret says of an absent secret is another rule's.
    const gone = refusal.status === Code.NotFound || refusal.status === Code.FailedPrecondition;
    demand(gone, `after its removal it is answered with ${Code[refusal.status]}, not with NotFound`);
  },
  'delete.2': async (lab) => {
    await expectAnswer(remove(lab, keyOf(lab.fixture('absent'))), 'the removal of an absent secret');
  },
  'delete.3': async (lab) => {
    const fixture = keyOf(lab.fixture('unmanaged'));
    const { value } = await expectAnswer(lab.connection.store.getSecret(lab.ask(fixture)), 'what is there before');
    await refusalOf(remove(lab, fixture));
    await expectThere(lab, fixture, value);
  },
  'delete.4': async (lab) => {
    const nameless = lab.connection.store.deleteSecret({ ...lab.through(), remoteRef: {} });
    await expectRefusal(nameless, [Code.InvalidArgument], 'a reference without a key');
  },
} as const satisfies Readonly<Record<string, Check>>;

type Pushed = Pick<PushFixture, 'key' | 'property' | 'store' | 'metadata'>;

/** What reads a secret that was pushed. */
function keyOf({ key, property, store }: Pushed): Omit<Pushed, 'metadata'> {
  return { key, property, store };
}

/** Pushes one value of a Secret, or all of it where `secretKey` is empty. */
function push(lab: Lab, fixture: Pushed, secretData: Record<string, Buffer>, secretKey = 'value') {
  const { key: remoteKey, property = '', metadata, store } = fixture;
  return lab.connection.store.pushSecret({
    ...lab.through(store),
    secretData,
    secretType: 'Opaque',
    pushSecretData: {
      remoteKey,
      property,
      secretKey,
      metadata: metadata === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(metadata)),
    },
  });
}

function remoteRefOf({ key: remoteKey, property = '' }: Pushed) {
  return { remoteKey, property };
}

const there = (lab: Lab, fixture: Pushed) =>
  lab.connection.store.secretExists({ ...lab.through(fixture.store), remoteRef: remoteRefOf(fixture) });
const remove = (lab: Lab, fixture: Pushed) =>
  lab.connection.store.deleteSecret({ ...lab.through(fixture.store), remoteRef: remoteRefOf(fixture) });

async function expectThere(lab: Lab, fixture: Pushed, wanted: Uint8Array): Promise<void> {
  const { value } = await expectAnswer(lab.connection.store.getSecret(lab.ask(keyOf(fixture))), 'what is there then');
  expectBytes(value, wanted, 'what is there then');
}

/** Pushes a value that was not there before. @throws BrokenRule where the push fails */
export async function pushAnew(lab: Lab, fixture: PushFixture): Promise<void> {
  await expectAnswer(push(lab, fixture, { value: lab.makeValue() }), 'a push');
}
