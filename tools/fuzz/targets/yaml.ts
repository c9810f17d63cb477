import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Fuel, FuelSpent } from '@eso/runtime';
import { compile, readDocument, readStringMap, TemplateError } from '@eso/template';
import { ProviderError } from '../../../libs/api/src/contract/provider-error.ts';
import { parseMetadata } from '../../../libs/api/src/property/push-metadata.ts';
import { kubeconfigConnection } from '../../../libs/kube/src/connection/kubeconfig.ts';
import { KubeError } from '../../../libs/kube/src/error.ts';
import { attempt, attemptAsync, MARKER, must, mustNotShow, type Target, wordFor } from '../target.ts';

const FUEL = 400_000_000;
const limits = { time: 10_000, steps: 200_000, allocation: 8_000_000 };
const file = join(mkdtempSync(join(tmpdir(), 'eso-fuzz-kubeconfig-')), 'config');
const roundTrip = compile('t', '{{ fromYaml .a | toYaml }}', { limits });
const asJson = compile('t', '{{ fromYaml .a | toRawJson }}', { limits });

/** YAML wherever it is read: rendered documents, metadata of pushes, kubeconfig files. */
export const yaml: Target = {
  name: 'yaml',
  maxBytes: 4_096,
  dictionary: [
    ...[
      '&a ',
      '*a',
      '!!int ',
      '!!binary ',
      '!!str ',
      '!<tag:yaml.org,2002:map> ',
      '%YAML 1.1\n---\n',
      '%TAG ! !x\n',
      '<<: ',
    ],
    ...[
      '- ',
      '? ',
      ': ',
      '|',
      '>',
      '|+2\n',
      '>-\n',
      '#',
      '\n',
      '\t',
      '  ',
      '---\n',
      '...\n',
      '"',
      "'",
      '\\x41',
      '\\U0010ffff',
    ],
    ...[
      '[',
      ']',
      '{',
      '}',
      ',',
      '~',
      'null',
      'yes',
      'on',
      '0x1F',
      '0b1',
      '1:30',
      '.inf',
      '-.nan',
      '1e400',
      '2001-01-01',
      '=',
    ],
    ...[
      MARKER,
      'apiVersion: v1',
      'clusters:',
      'users:',
      'contexts:',
      'name: a',
      'server: https://a',
      'tokenFile: x',
      '\xff',
    ],
    ...[
      'current-context: a',
      'cluster: ',
      'user: ',
      'token: ',
      '\u2028',
      '\u0085',
      '\ufeff',
      '00',
      '0o7',
      '1_000',
      '__proto__: ',
    ],
  ],
  async run(input) {
    const text = Buffer.from(input);
    const map = attempt(() => readStringMap('t', text), TemplateError);
    const document = attempt(() => readDocument('t', text), TemplateError);
    const metadata = attempt(() => parseMetadata(text, new Fuel(FUEL)), ProviderError, FuelSpent);
    for (const one of [map, document, metadata]) {
      if (!('refused' in one)) continue;
      must(
        !(one.refused instanceof TemplateError) || one.refused.code !== 'INTERNAL',
        `a defect: ${causeOf(one.refused)}`,
      );
      mustNotShow(one.refused.message);
    }
    return [map, document, metadata].map(wordFor).join(' ') + ` ${cycled(text)} ${await connected(text)}`;
  },
};

function causeOf(error: Error): string {
  const cause = error instanceof TemplateError ? error.unsafeCause : error;
  return cause instanceof Error ? String(cause.stack) : String(cause);
}

/** What is written as YAML reads as it did before. */
function cycled(text: Buffer): string {
  const before = attempt(() => asJson.execute({ a: text }), TemplateError);
  const there = attempt(() => roundTrip.execute({ a: text }), TemplateError);
  if (!('value' in before) || !('value' in there)) return wordFor(there);
  // As Go's: what cannot be written is empty.
  if (there.value.length === 0) return 'empty';
  const back = attempt(() => asJson.execute({ a: there.value }), TemplateError);
  must('value' in back, 'what was written as YAML is read again');
  must(isDeepStrictEqual(plain(before.value), plain(back.value)), 'with the same meaning');
  return 'same';
}

/** Minus zero has no place in YAML's integers. */
function plain(json: Uint8Array): unknown {
  return JSON.parse(Buffer.from(json).toString(), (_, value: unknown) => (Object.is(value, -0) ? 0 : value));
}

/** No plugin runs: what a connection asks for its header is not asked here. */
async function connected(text: Buffer): Promise<string> {
  // Each takes client-node 10 ms; of most documents it only says that they have no context.
  if (text.length > 64 && !text.includes('cluster') && !text.includes('users')) return '';
  writeFileSync(file, text);
  const connection = await attemptAsync(() => kubeconfigConnection([file]), KubeError);
  if ('refused' in connection) mustNotShow(connection.refused.message);
  else must(connection.value.server.protocol === 'https:', 'a connection goes over TLS');
  return wordFor(connection);
}
