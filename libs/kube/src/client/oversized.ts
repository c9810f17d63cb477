import type { Oversized } from './line-splitter.ts';
import type { OversizedObject } from './options.ts';

/**
 * How the metadata of an object begins. Built-in kinds have their name first; custom kinds are sorted, and show it only where nothing
 * long (annotations) stands before.
 */
const METADATA = /"metadata":\{[^{}]*?"name":"([^"\\]+)"(?:,"generateName":"[^"\\]*")?(?:,"namespace":"([^"\\]+)")?/;

/** What can be told of an object that was too large to be kept. */
export function describeOversized({ bytes, head }: Oversized): OversizedObject {
  const [, name, namespace] = METADATA.exec(head) ?? [];
  return { bytes, ref: name === undefined ? undefined : { name, ...(namespace !== undefined && { namespace }) } };
}
