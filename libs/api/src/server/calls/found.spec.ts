import { createLogger } from '@eso/runtime';
import { limits } from '../../contract/limits.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import { Found } from './found.ts';

function logged(found: Found): Record<string, unknown>[] {
  const lines: string[] = [];
  found.logLeftOut(
    createLogger({ name: 't', level: 'info', destination: { write: (line) => void lines.push(line) } }),
    'secrets',
  );
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('what has a value is found, and nothing is logged', () => {
  const found = new Found();
  found.add('a', Buffer.from('1'));
  found.add('empty', Buffer.alloc(0));
  expect([...found.secrets.keys()]).toEqual(['a', 'empty']);
  expect(logged(found)).toEqual([]);
});

test('what is gone since it was listed, or has no value, is left out with one line that names ten of them', () => {
  const found = new Found();
  found.leaveOut('gone', new ProviderError('SECRET_NOT_FOUND', 'x'));
  found.leaveOut('no-version', new ProviderError('VERSION_NOT_FOUND', 'x'));
  for (let i = 0; i < 10; i++) found.add(`n${i}`, undefined);
  expect(found.secrets.size).toBe(0);
  const lines = logged(found);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    count: 12,
    secrets: ['gone', 'no-version', ...Array.from({ length: 8 }, (_, i) => `n${i}`)],
  });
});

test.each([new ProviderError('ACCESS_DENIED', 'x'), new ProviderError('PROPERTY_NOT_FOUND', 'x'), new Error('x')])(
  'any other failure is that of the whole: %p',
  (failure) => {
    expect(() => new Found().leaveOut('a', failure)).toThrow(failure);
  },
);

test('a find ends where no answer could carry it; a value that is read twice counts once', () => {
  const found = new Found();
  const half = new Uint8Array(limits.messageBytesCap / 2);
  found.add('a', half);
  found.add('b', half);
  found.add('b', half);
  expect(() => found.add('c', new Uint8Array(1))).toThrow(
    expect.objectContaining({ code: 'LIMIT_EXCEEDED', field: 'find' }) as Error,
  );
});
