import { type ConversionStrategy, convertKey } from '@eso/api/resources';
import type { Fuel } from '@eso/runtime';
import { takePass } from '../bounds/costs.ts';
import type { KeyNames } from '../bounds/key-names.ts';
import { SyncError } from '../error.ts';
import { type SecretData, sortedKeys } from './secret-data.ts';

/** How keys are converted. */
export interface ConvertOptions {
  /** What the work may cost; taken before it is done. */
  readonly fuel: Fuel;
  /** By `_` (Default), or by `_U<code point>_`. */
  readonly strategy?: ConversionStrategy | undefined;
  /** Path of the entry that errors name, such as `spec.dataFrom[0].extract`. */
  readonly field: string;
  /** Whether errors may name the keys. */
  readonly names: KeyNames;
}

/**
 * Replaces characters that a Secret key may not have. A key grows tenfold at the most.
 * @throws SyncError KEY_COLLISION when two keys become the same; FuelSpent
 */
export function convertSecretKeys(
  data: SecretData,
  { fuel, strategy = 'Default', field, names }: ConvertOptions,
): SecretData {
  takePass(data, fuel, { key: 100 });
  const converted = new Map<string, Uint8Array>();
  let collisions = 0;
  let first: string | undefined;
  for (const key of sortedKeys(data)) {
    const target = convertKey(key, strategy);
    if (converted.has(target)) {
      collisions++;
      first ??= target;
    }
    converted.set(target, data.get(key) ?? new Uint8Array());
  }
  if (first !== undefined) throw collision(names === 'public' ? first : counted(collisions, data.size), field);
  return converted;
}

function counted(collisions: number, keys: number): string {
  return `of ${keys} keys ${collisions} ${collisions === 1 ? 'becomes' : 'become'} the same as another one`;
}

function collision(which: string, field: string): SyncError {
  return new SyncError({
    code: 'KEY_COLLISION',
    field,
    what: `secret name collision during conversion: ${which}`,
    nextStep: 'Use conversionStrategy Unicode, or a rewrite, so that every secret gets a key of its own.',
  });
}
