import { providerAddress } from '@eso/testing';
import { step } from '../setup.mjs';
import { AWS_KEY, AWS_STORE, AwsRoles } from './aws-roles.ts';
import { HopClient } from './hop.ts';
import { markdown } from './report.ts';
import { type Outcome, type Scenario, wholeNumber } from './scenario.ts';

const IN_FLIGHT = 16;
/** Tokens that live so short that several end while they are used. */
const LIVES = 3;
/** Part of a token's life after which the kit makes it anew: one is begun before the one before it has ended. */
const USED = 0.8;

/** One stretch of reads through one store. */
interface Stretch {
  readonly token: string;
  readonly reads: number;
  readonly seconds: number;
  readonly logins: number;
  /** Logins at most: one for each life that was begun. */
  readonly mostLogins: number;
  /** Requests to AWS for the value; equal reads at the same time share one. */
  readonly requests: number;
}

/** `--scenario logins`: many reads through one store, whose role is assumed once in the life of its token. */
export const loginsScenario: Scenario = {
  options: { calls: { type: 'string' }, life: { type: 'string' } },
  usage: '[--calls N] [--life SECONDS]   (10000, 10)',
  prepare: (values) => {
    const calls = wholeNumber(values, 'calls', { fallback: 10_000, min: 100, max: 1_000_000 });
    const life = wholeNumber(values, 'life', { fallback: 10, min: 5, max: 900 });
    return () => AwsRoles.with((roles) => measure(roles, calls, life));
  },
};

async function measure(roles: AwsRoles, calls: number, life: number): Promise<Outcome> {
  const stretches = [await stretch(roles, calls, undefined), await stretch(roles, calls, life)];
  const head = ['token lives', 'reads', 'seconds', 'requests for values', 'logins', 'at most'];
  const rows = stretches.map(({ token, reads, seconds, requests, logins, mostLogins }) => [
    token,
    String(reads),
    seconds.toFixed(1),
    String(requests),
    String(logins),
    `${mostLogins}: ${logins <= mostLogins ? 'met' : 'not met'}`,
  ]);
  return {
    table: markdown(head, rows),
    figures: { scenario: 'logins', stretches },
    passed: stretches.every(({ logins, mostLogins }) => logins <= mostLogins),
  };
}

/** @param life seconds that a token lives; undefined: as AWS gives it, and the reads are done once; otherwise again until three lives are over */
async function stretch(roles: AwsRoles, calls: number, life: number | undefined): Promise<Stretch> {
  const tenant = life === undefined ? 'whole-life' : 'short-life';
  roles.lifeSeconds = life;
  const [loginsBefore, readsBefore, startedMs] = [roles.logins, roles.reads, performance.now()];
  const { metadata } = await roles.addTenant(tenant);
  await roles.allReady(life === undefined ? 1 : 2);
  const client = new HopClient({
    calls,
    certificates: roles.certificates,
    service: providerAddress('aws').split('.')[0] ?? '',
    port: roles.installation.providers['aws']?.ports['grpc'] ?? 0,
    serverPid: roles.pid,
    providerRef: { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', name: AWS_STORE },
    storeKind: 'SecretStore',
    store: { name: AWS_STORE, namespace: tenant, uid: metadata.uid ?? '' },
    key: AWS_KEY,
  });
  const seconds = (): number => (performance.now() - startedMs) / 1_000;
  let reads = 0;
  try {
    do {
      // What goes before, uncounted, reads as well.
      reads += (await client.measure(IN_FLIGHT)).calls + Math.ceil(calls / 10);
    } while (life !== undefined && seconds() < LIVES * life);
  } finally {
    await client.close();
  }
  step(`${reads} reads, ${roles.logins - loginsBefore} logins`);
  return {
    token: life === undefined ? '900 s' : `${life} s`,
    reads,
    seconds: seconds(),
    logins: roles.logins - loginsBefore,
    mostLogins: Math.ceil(seconds() / ((life ?? 900) * USED)),
    requests: roles.reads - readsBefore,
  };
}
