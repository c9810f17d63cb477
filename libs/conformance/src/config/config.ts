import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { features } from '@eso/api/contract';
import { fixtures } from './fixtures.ts';
import type { Hook } from './hooks.ts';

const bytes = z.int().min(1_024);
const hook = z.custom<Hook>((value) => typeof value === 'function' || (typeof value === 'string' && value !== ''), {
  error: 'a command',
});

const config = fixtures.safeExtend({
  /** Name in the provider's certificate. Default: the host of the address. */
  serverName: z.string().min(1).optional(),
  /** What the kind of `store` can be used for. Default: what it claims. */
  features: z.array(z.enum(features)).optional(),
  /** Limits of messages, where the provider does not have the contract's 4 MiB. */
  limits: z.strictObject({ requestBytes: bytes.optional(), responseBytes: bytes.optional() }).optional(),
  /** What becomes of an older core's requests. Default: either is right. */
  olderCore: z.enum(['answered', 'refused']).optional(),
  /** A new certificate is used within this time of its replacement, milliseconds. Default 120,000: a kubelet mounts it within about 60,000. */
  reloadWithinMs: z.int().min(1).optional(),
  /** Which fixtures and hooks there cannot be, and why: their rules are not checked, and the report says so. */
  lacks: z.record(z.string(), z.string().min(1)).optional(),
  /** Commands of the shell. */
  hooks: z.strictObject({ replaceCertificates: hook, stop: hook }).partial().optional(),
});

/** What is behind a provider, and what may be done to it. */
export type ConformanceConfig = z.output<typeof config>;
/** The same as its author writes it. */
export type ConformanceConfigInput = z.input<typeof config>;

/** @throws TypeError that names each field that is wrong */
export function checkConformanceConfig(given: unknown): ConformanceConfig {
  const result = config.safeParse(given ?? {});
  if (result.success) return result.data;
  throw new TypeError(`the config cannot be used:\n${z.prettifyError(result.error)}`);
}

/**
 * Reads a config in YAML.
 * @throws TypeError as `checkConformanceConfig`; what the file system or the parser says
 */
export async function readConfig(file: string): Promise<ConformanceConfigInput> {
  const given: unknown = parse(await readFile(file, 'utf8'));
  checkConformanceConfig(given);
  return given ?? {};
}
