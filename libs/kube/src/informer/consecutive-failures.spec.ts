import { type Logger, ManualClock, silentLogger } from '@eso/runtime';
import { KubeError, type KubeErrorCode } from '../error.ts';
import { ConsecutiveFailures } from './consecutive-failures.ts';

let clock: ManualClock;
let logs: string[];
let trouble: ConsecutiveFailures;

beforeEach(() => {
  clock = new ManualClock();
  logs = [];
  const write = (level: string) => (_fields: unknown, text?: string) => void logs.push(`${level} ${text ?? ''}`);
  const logger = Object.assign(Object.create(silentLogger) as Logger, { warn: write('warn'), info: write('info') });
  trouble = new ConsecutiveFailures({ what: 'watching secrets', verb: 'watch', clock, logger });
});

const error = (code: KubeErrorCode): KubeError => new KubeError(code, `it was ${code}`);

test.each<[KubeErrorCode, nextStep: string]>([
  ['FORBIDDEN', 'Grant this process the right "watch" on it'],
  ['UNAUTHORIZED', 'Check the ServiceAccount and its token'],
  ['NOT_FOUND', 'Install the CustomResourceDefinitions'],
  ['CONNECTION_CONFIG', 'Check the mounted token'],
  ['BAD_REQUEST', 'It is tried again'],
])('%s is a reason at the second attempt, with what to do', async (code, nextStep) => {
  trouble.record(error(code));
  expect(trouble.reason()).toBeUndefined();
  await clock.advance(1_000);
  trouble.record(error(code));
  expect(trouble.reason()).toContain(
    `watching secrets has failed for 1 s (2 attempts): it was ${code} [${code}]. ${nextStep}`,
  );
  expect(logs).toEqual([`warn ${trouble.reason()}`]);
});

test('what may end by itself is a reason after ten seconds', async () => {
  trouble.record(error('UNREACHABLE'));
  await clock.advance(9_999);
  trouble.record(error('UNREACHABLE'));
  expect([trouble.reason(), logs]).toEqual([undefined, []]);
  await clock.advance(1);
  expect(trouble.reason()).toContain('for 10 s (2 attempts): it was UNREACHABLE');
});

test('each cause is said once, and again every ten minutes while it lasts; its end is said once', async () => {
  for (const code of ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'UNAUTHORIZED', 'FORBIDDEN'] as const) {
    trouble.record(error(code));
  }
  expect(logs).toHaveLength(2);
  await clock.advance(599_999);
  trouble.record(error('FORBIDDEN'));
  expect(logs).toHaveLength(2);
  await clock.advance(1);
  trouble.record(error('FORBIDDEN'));
  expect(logs).toHaveLength(3);
  expect(logs[2]).toContain('failed for 600 s (7 attempts)');
  trouble.recovered();
  trouble.recovered();
  expect(logs.slice(3)).toEqual(['info watching secrets works again']);
  expect(trouble.reason()).toBeUndefined();
});

test('the end of what became a reason after the last attempt is said', async () => {
  trouble.record(error('UNREACHABLE'));
  trouble.record(error('UNREACHABLE'));
  await clock.advance(10_000);
  expect(trouble.reason()).toBeDefined();
  trouble.recovered();
  expect(logs).toEqual(['info watching secrets works again']);
});

test('the end of what was never said is not said either', () => {
  trouble.record(error('FORBIDDEN'));
  trouble.recovered();
  trouble.record(error('FORBIDDEN'));
  expect([trouble.reason(), logs]).toEqual([undefined, []]);
});
