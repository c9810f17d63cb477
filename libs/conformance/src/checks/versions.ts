import { create } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import {
  ExternalSecretDataRemoteRefSchema,
  GetSecretRequestSchema,
  ProviderReferenceSchema,
  SecretStoreProvider,
} from '@eso/api/stubs';
import { expectAnswer, expectBytes, expectRefusal, REFUSED } from '../expect.ts';
import { demand } from '../broken-rule.ts';
import type { SecretFields } from '../lab.ts';
import type { Check } from './check.ts';

const UNIMPLEMENTED = 12;
/** Numbers that no version of the contract uses. */
const FUTURE_FIELDS = [
  { no: 199, wireType: WireType.LengthDelimited, data: Buffer.from([3, 0x6e, 0x65, 0x77]) },
  { no: 15_001, wireType: WireType.Varint, data: Buffer.from([1]) },
];

/** Requests of an older and of a newer core. */
export const versionChecks = {
  'versions.1': async (lab) => {
    const { olderCore } = lab.config;
    for (const secret of lab.fixture('secrets')) {
      const call = lab.connection.store.getSecret(ofOlderCore(lab.ask(secret)));
      if (olderCore === 'refused') await expectRefusal(call, REFUSED, 'a request of an older core');
      else if (olderCore === 'answered')
        expectBytes((await expectAnswer(call, secret.key)).value, await lab.plainAnswer(secret), secret.key);
      else await answeredOrRefused(call, await lab.plainAnswer(secret), secret.key);
    }
  },
  'versions.2': async (lab) => {
    for (const secret of lab.fixture('secrets')) {
      const { providerRef, remoteRef, sourceNamespace } = lab.ask(secret);
      const request = create(GetSecretRequestSchema, {
        providerRef: create(ProviderReferenceSchema, providerRef),
        remoteRef: create(ExternalSecretDataRemoteRefSchema, remoteRef),
        sourceNamespace,
      });
      for (const message of [request, request.providerRef, request.remoteRef])
        if (message) message.$unknown = FUTURE_FIELDS;
      const { value } = await expectAnswer(lab.connection.store.getSecret(request), secret.key);
      expectBytes(value, await lab.plainAnswer(secret), secret.key);
    }
  },
  'versions.3': async (lab) => {
    const session = await lab.raw();
    for (const path of [`/${SecretStoreProvider.typeName}/ConformanceUnknown`, '/conformance.v1.Unknown/Method']) {
      const { status } = await lab.rawAnswer(path, session.call(path));
      demand(status === UNIMPLEMENTED, `${path} was answered with gRPC status ${String(status)}, not with 12`);
    }
    session.destroy();
  },
  'versions.4': async (lab) => {
    const connection = lab.connect({ compression: true });
    const headers = { 'eso-conformance': 'unknown', 'eso-conformance-bin': 'AAECAw==', traceparent: '00-0' };
    for (const secret of lab.fixture('secrets')) {
      const { value } = await expectAnswer(connection.store.getSecret(lab.ask(secret), { headers }), secret.key);
      expectBytes(value, await lab.plainAnswer(secret), secret.key);
    }
    connection.close();
  },
} as const satisfies Readonly<Record<string, Check>>;

/** Without the fields that have come later. */
function ofOlderCore(request: SecretFields): SecretFields {
  const providerRef = { ...request.providerRef };
  delete providerRef.authNamespace;
  delete providerRef.storeName;
  return { ...request, providerRef };
}

async function answeredOrRefused(
  call: Promise<{ readonly value: Uint8Array }>,
  wanted: Uint8Array,
  key: string,
): Promise<void> {
  let value: Uint8Array;
  try {
    ({ value } = await call);
  } catch {
    await expectRefusal(call, REFUSED, 'a request of an older core');
    return;
  }
  expectBytes(value, wanted, key);
}
