import { parseFlags } from '@eso/runtime';
import { ALL_FLAGS, checkFlags } from './flags.ts';

const check = (...argv: string[]) => checkFlags(parseFlags(ALL_FLAGS, argv, {}));

test('works on all namespaces unless told otherwise, each named one once', () => {
  expect(check()).toEqual({ namespaces: undefined });
  expect(check('--namespace=a')).toEqual({ namespaces: ['a'] });
  expect(check('--namespaces=a,b', '--namespaces=a')).toEqual({ namespaces: ['a', 'b'] });
});

test('refuses flags that contradict each other', () => {
  expect(() => check('--namespace=a', '--namespaces=b')).toThrow('--namespace and --namespaces exclude each other');
});

test('accepts the flags of External Secrets 2.x, but not what is not built yet', () => {
  expect(() => check('--client-qps=5', '--enable-flood-gate=true', '--zap-time-encoding=iso8601')).not.toThrow();
  expect(() => check('--template-left-delimiter=[[')).toThrow('--template-left-delimiter is not built yet');
});
