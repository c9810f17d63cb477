/** SHA3-224 over the text that Go's `%v` gives for a value. */
import { createHash } from 'node:crypto';
import type { Meta, Texts } from './objects.ts';

/** SHA3-224 of a text, in lower-case hex. */
export const sha3 = (text: string): string => createHash('sha3-224').update(text).digest('hex');

/** Of a Secret's data, given in base64: `map[key:[1 2 3] …]`. */
export function hashData(data: Texts | undefined): string {
  return sha3(goMap(data, (value) => `[${[...Buffer.from(value, 'base64')].join(' ')}]`));
}

/** Of labels and annotations together. */
export function hashLabelsAndAnnotations({ labels, annotations }: Pick<Meta, 'labels' | 'annotations'>): string {
  const text = (value: string): string => value;
  return sha3(`{annotations:${goMap(annotations, text)} labels:${goMap(labels, text)}}`);
}

/** What `status.syncedResourceVersion` is once this version of the object has been synced. */
export function versionOf(metadata: Meta): string {
  return `${metadata.generation ?? 0}-${hashLabelsAndAnnotations(metadata)}`;
}

/** Value of the label that an owned Secret has. */
export const hashOwner = ({ namespace = '', name }: Pick<Meta, 'namespace' | 'name'>): string =>
  sha3(`${namespace}/${name}`);

function goMap(map: Texts | undefined, print: (value: string) => string): string {
  const entries = Object.entries(map ?? {}).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `map[${entries.map(([key, value]) => `${key}:${print(value)}`).join(' ')}]`;
}
