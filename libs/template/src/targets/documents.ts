import { type Fuel, FuelSpent } from '@eso/runtime';
import { TemplateError } from '../error.ts';
import { ExecutionBudget, defaultLimits } from '../exec/limits.ts';
import { formatFloat32 } from '../yaml/float32.ts';
import type { YamlValue } from '../yaml/read.ts';
import { assertJson, jsonKind, readYaml } from '../yaml/read.ts';
import { GoError } from '../value/go-error.ts';
import type { PublicText } from '../value/public-text.ts';
import { authored, shown } from '../value/public-text.ts';
import { decodeText, fromBytes, toBytes } from '../value/utf8.ts';
import type { ManifestValue } from './json-value.ts';
import { toManifestValue } from './json-value.ts';

/** Rendered YAML may be as large as an output may be; the default limits allow for that. With fuel, that is the clock. */
const limitsWithFuel = { ...defaultLimits, time: Infinity };

/** Besides the steps that the reader counts. */
const NANOSECONDS_PER_BYTE = 20;

interface Reading {
  readonly template: string;
  readonly text: Uint8Array;
  /** What an error begins with. */
  readonly failed: string;
  readonly fuel: Fuel | undefined;
  readonly check: (value: YamlValue) => void;
}

function read({ template, text, failed, fuel, check }: Reading): YamlValue {
  const budget = new ExecutionBudget(fuel === undefined ? defaultLimits : limitsWithFuel, fuel);
  try {
    budget.pay(NANOSECONDS_PER_BYTE * text.length);
    const document = readYaml(fromBytes(text), budget);
    budget.close();
    check(document);
    return document;
  } catch (error) {
    if (error instanceof FuelSpent) throw error;
    if (!(error instanceof GoError)) throw TemplateError.from(error, template);
    const converting = 'error converting YAML to JSON';
    throw unreadable(template, `${failed}: ${converting}`, error.goText, error.publicReason);
  }
}

function unreadable(template: string, where: string, reason: string, publicReason?: PublicText): TemplateError {
  return new TemplateError({
    code: 'TARGET',
    template,
    goMessage: `${where}: ${decodeText(reason)}`,
    publicMessage: publicReason === undefined ? where : `${where}: ${decodeText(publicReason)}`,
  });
}

/** A scalar as the text that Go's decoder makes of it when it wants a string. */
function scalarText(value: YamlValue): string | undefined {
  switch (value.kind) {
    case 'null':
      return '';
    case 'bool':
      return value.value ? 'true' : 'false';
    case 'int':
      return value.value.toString();
    case 'float':
      return formatFloat32(value.value);
    case 'text':
      return value.text;
    case 'list':
    case 'map':
      return undefined;
  }
}

/**
 * A rendered document of keys and values. Scalars become text by the rules of YAML 1.1: `0x1F` is `31`, `1.50` is `1.5`,
 * null is empty. Throws `TemplateError` with code `TARGET` for anything but a mapping of scalars; `FuelSpent`.
 */
export function readStringMap(template: string, text: Uint8Array, fuel?: Fuel): Map<string, Uint8Array> {
  const failed = "could not unmarshal template to 'map[string][]byte'";
  const cannot = (value: YamlValue, type: string): never => {
    const reason = shown`json: cannot unmarshal ${authored(jsonKind(value))} into Go value of type ${authored(type)}`;
    throw unreadable(template, `${failed}: error unmarshaling JSON: while decoding JSON`, reason, reason);
  };
  // Numbers become text before they would have to be JSON.
  const document = read({ template, text, failed, fuel, check: () => undefined });
  const entries = new Map<string, Uint8Array>();
  if (document.kind === 'null') return entries;
  if (document.kind !== 'map') return cannot(document, 'map[string]string');
  for (const [key, value] of document.entries) {
    const scalar = scalarText(value);
    if (scalar === undefined) cannot(value, 'string');
    else entries.set(decodeText(key), toBytes(scalar));
  }
  return entries;
}

/** A rendered document of any shape. Throws `TemplateError` with code `TARGET` for what is no YAML; `FuelSpent`. */
export function readDocument(template: string, text: Uint8Array, fuel?: Fuel): ManifestValue {
  return toManifestValue(
    read({ template, text, failed: 'could not unmarshal template YAML', fuel, check: assertJson }),
  );
}
