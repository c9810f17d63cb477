import { parseFloat64 } from '../strconv/parse-float.ts';
import { parseInt64, parseUint } from '../strconv/parse-int.ts';
import { GoError, plainError } from '../value/go-error.ts';
import { authored, shown } from '../value/public-text.ts';
import { fromBytes } from '../value/utf8.ts';
import { parseTime } from '../time/parse.ts';
import { utc } from '../time/zone.ts';

/** What a scalar of YAML 1.1 is. Texts are byte strings; timestamps stay text. */
export type Scalar =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'timestamp'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string };

const yes: Scalar = { kind: 'bool', value: true };
const no: Scalar = { kind: 'bool', value: false };
const nothing: Scalar = { kind: 'null' };

const words: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, yes] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, no] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, nothing] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, { kind: 'float', value: NaN }] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, { kind: 'float', value: Infinity }] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, { kind: 'float', value: -Infinity }] as const),
]);

const timestampLayouts = [
  '2006-1-2T15:4:5.999999999Z07:00',
  '2006-1-2t15:4:5.999999999Z07:00',
  '2006-1-2 15:4:5.999999999',
  '2006-1-2',
];

function isTimestamp(text: string): boolean {
  if (!/^[0-9]{4}-/.test(text)) return false;
  return timestampLayouts.some((layout) => {
    try {
      parseTime(layout, text, utc);
      return true;
    } catch (error) {
      if (error instanceof GoError) return false;
      throw error;
    }
  });
}

const floatShape = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

function number(text: string): Scalar | undefined {
  const plain = text.replaceAll('_', '');
  const signed = parseInt64(plain);
  if (signed.ok) return { kind: 'int', value: signed.value };
  const unsigned = parseUint(plain);
  if (unsigned.ok) return { kind: 'int', value: unsigned.value };
  if (!floatShape.test(plain)) return undefined;
  const float = parseFloat64(plain);
  return float.ok ? { kind: 'float', value: float.value } : undefined;
}

/** A plain scalar without a tag, as go-yaml 2 reads it. */
export function resolvePlain(text: string): Scalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charAt(0);
  if (first === '.') {
    const float = parseFloat64(text);
    if (float.ok) return { kind: 'float', value: float.value };
  } else if (/^[-+0-9]/.test(first)) {
    if (isTimestamp(text)) return { kind: 'timestamp', text };
    const found = number(text);
    if (found !== undefined) return found;
  }
  return { kind: 'text', text };
}

const tagOf: Readonly<Record<Scalar['kind'], string>> = {
  null: '!!null',
  bool: '!!bool',
  int: '!!int',
  float: '!!float',
  timestamp: '!!timestamp',
  text: '!!str',
};

const prefix = 'tag:yaml.org,2002:';

/** A scalar with an explicit tag. */
export function resolveTagged(tag: string, text: string): Scalar {
  const short = tag.startsWith(prefix) ? `!!${tag.slice(prefix.length)}` : tag;
  if (short === '!!binary') return { kind: 'text', text: decodeBinary(text) };
  if (short === '!!str' || !Object.values(tagOf).includes(short)) return { kind: 'text', text };
  const scalar = resolvePlain(text);
  if (tagOf[scalar.kind] === short) return scalar;
  if (short === '!!float' && scalar.kind === 'int') return { kind: 'float', value: Number(scalar.value) };
  throw new GoError(
    `yaml: cannot decode ${tagOf[scalar.kind]} \`${text}\` as a ${short}`,
    shown`yaml: cannot decode ${authored(tagOf[scalar.kind])} as a ${authored(short)}`,
  );
}

function decodeBinary(text: string): string {
  const compact = text.replace(/[\r\n]/g, '');
  const valid = compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
  if (!valid) throw plainError('yaml: !!binary value contains invalid base64 data');
  return fromBytes(new Uint8Array(Buffer.from(compact, 'base64')));
}
