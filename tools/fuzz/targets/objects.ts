import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExternalSecret } from '@eso/api/resources';
import { KubeError } from '@eso/kube';
import { Fuel, FuelSpent } from '@eso/runtime';
import {
  checkSecretLimits, conditionMessage, eventMessage, invalidSpec, isDue, notBuiltYet, prepareMap, prepareValue, refreshIntervalMs, requeueAfter,
  type SecretData, type Source, sourcesOf, storesOf, SyncError, tooMuch, unbuiltFields, validateExternalSecret,
} from '@eso/sync'; // prettier-ignore
import { parse } from 'yaml';
import { admissions, type TestCrd } from '../../../libs/api/src/testing/admission.ts';
import { attempt, MARKER, must, mustNotShow, type Target, wordFor } from '../target.ts';

const crd = parse(
  readFileSync(
    join(import.meta.dirname, '../../../charts/external-secrets/files/crds/external-secrets.io_externalsecrets.yaml'),
    'utf8',
  ),
) as TestCrd;
const admit = admissions(crd).get('external-secrets.io/v1/ExternalSecret');

const FUEL = 100_000_000;
const NOW = Date.parse('2026-06-01T12:00:00Z');
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** What a provider answers, whatever it is asked for. */
const found: SecretData = new Map([
  ['plain', bytes('x')],
  ['base64', bytes('UzNjcmV0TWFya2Vy')],
  ['notBase64', bytes(`%${MARKER}`)],
  ['json', bytes(`{"a":"${MARKER}","b":[1]}`)],
  ['null', bytes(`a\0${MARKER}`)],
  ['ümlaut ', Buffer.from([0xff, 0xfe])],
]);

/** Names from inside a secret are as secret as its values; those of the secrets that were found are not. */
const extracted: SecretData = new Map([...found, [`key/${MARKER}`, bytes(MARKER)]]);

/** An ExternalSecret as JSON: what the CRD makes of it, and what the pure part of a sync makes of that. */
export const objects: Target = {
  name: 'objects',
  maxBytes: 8_192,
  dictionary: [
    ...[
      '"spec":{',
      '"data":[',
      '"dataFrom":[',
      '"secretStoreRef":{"name":"s"}',
      '"target":{',
      '"template":{',
      '"rewrite":[',
    ],
    ...[
      '"regexp":{"source":"',
      '","target":"',
      '"merge":{',
      '"transform":{"template":"',
      '"extract":{"key":"k"}',
      '"find":{',
    ],
    ...[
      '"name":{"regexp":".*"}',
      '"tags":{"a":"b"}',
      '"path":"p"',
      '"generatorRef":{',
      '"sourceRef":{',
      '"storeRef":{',
    ],
    ...[
      '"conversionStrategy":"Unicode"',
      '"decodingStrategy":"Auto"',
      '"Base64URL"',
      '"nullBytePolicy":"Fail"',
      '"property":"p"',
    ],
    ...[
      '"refreshInterval":"1h"',
      '"refreshPolicy":"CreatedOnce"',
      '"OnChange"',
      '"creationPolicy":"Merge"',
      '"deletionPolicy":"Delete"',
    ],
    ...[
      '"conflictPolicy":"Error"',
      '"strategy":"JSON"',
      '"into":"k"',
      '"priority":["a"]',
      '"kind":"ClusterProvider"',
      'null',
      '{}',
    ],
    ...[
      '[]',
      '""',
      '-1',
      '1e9',
      'true',
      '"remoteRef":{"key":"k"}',
      '"secretKey":"k"',
      '"__proto__":{}',
      '"constructor":1',
      '$1',
    ],
    ...[
      '"status":{"refreshTime":"2026-06-01T11:00:00Z"}',
      '"9223372036854775807h"',
      '"metadata":{"labels":{"a":"b"}}',
      '{{ .value }}',
    ],
  ],
  run(input) {
    const object = parsed(input);
    if (object === undefined) return 'no object';
    const admitted = attempt(() => admit?.(object['spec']), KubeError);
    if (!('value' in admitted)) return 'not admitted';
    const metadata = { name: 'es', namespace: 'tenant', uid: 'u', generation: 1, resourceVersion: '1' };
    return synced({ metadata, spec: admitted.value, ...statusOf(object) } as ExternalSecret);
  },
};

function parsed(input: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(input).toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function statusOf({ status }: Record<string, unknown>): object {
  const { refreshTime, syncedResourceVersion } = (status ?? {}) as Record<string, unknown>;
  return {
    status: {
      ...(typeof refreshTime === 'string' ? { refreshTime } : {}),
      ...(typeof syncedResourceVersion === 'string' ? { syncedResourceVersion } : {}),
    },
  };
}

function synced(object: ExternalSecret): string {
  const problems = validateExternalSecret(object);
  const invalid = invalidSpec(object) ?? tooMuch(object) ?? notBuiltYet(object);
  must(problems.length === 0 || invalid !== undefined, 'a broken rule is an error');
  unbuiltFields(object);
  storesOf(object);
  const interval = refreshIntervalMs(object);
  must(Number.isFinite(interval) && interval >= 0, 'an interval is a number');
  const again = requeueAfter(object, NOW, NOW);
  must(again.kind !== 'after' || (again.ms > 0 && Number.isFinite(again.ms)), 'the next look lies ahead');
  const { why } = isDue(object, NOW);
  if (invalid) return `${why} ${told(invalid)}`;
  const sources = attempt(() => sourcesOf(object), SyncError);
  if ('refused' in sources) return `${why} ${told(sources.refused)}`;
  return [why, ...new Set(sources.value.map(prepared))].join(' ');
}

function prepared(source: Source): string {
  const options = { fuel: new Fuel(FUEL) };
  const data = attempt(
    () =>
      source.kind === 'data'
        ? prepareValue(source, found.get(source.ref.key) ?? bytes(MARKER), options)
        : prepareMap(source, source.kind === 'find' ? found : extracted, options),
    SyncError,
    FuelSpent,
  );
  if (!('value' in data)) return `${source.kind} ${told(data.refused)}`;
  const written = attempt(() => checkSecretLimits(data.value, new Set()), SyncError);
  must(
    // Letters of every script are kept, as upstream: a template may use them. What is written has been looked at once more.
    !('value' in written) ||
      [...data.value.keys()].every((key) => source.kind === 'data' || /^[-._a-zA-Z0-9]+$/.test(key)),
    'keys fit a Secret',
  );
  return `${source.kind} ${'value' in written ? wordFor(data) : told(written.refused)}`;
}

/** What the user is shown of a failure; its code. */
function told(error: Error): string {
  if (!(error instanceof SyncError)) return error.name;
  if (error.code === 'UNEXPECTED') throw error.cause;
  for (const text of [conditionMessage('could not get secret data', error), eventMessage(error), error.message])
    mustNotShow(text);
  return error.code;
}
