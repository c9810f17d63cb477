import { createLogger, type LogLevel } from './logger.ts';

function capture(level?: LogLevel): {
  lines: () => Record<string, unknown>[];
  logger: ReturnType<typeof createLogger>;
} {
  const written: string[] = [];
  const logger = createLogger({
    name: 'test',
    ...(level && { level }),
    destination: { write: (line) => void written.push(line) },
  });
  return { logger, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a line holds time, level, logger, message and fields', () => {
  const { logger, lines } = capture();
  logger.child({ controller: 'externalsecret' }).info({ key: 'a/b' }, 'reconciled');
  expect(lines()).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      level: 'info',
      logger: 'test',
      controller: 'externalsecret',
      key: 'a/b',
      msg: 'reconciled',
    },
  ]);
});

test('values under sensitive names, and bytes, are replaced at any depth; the logged object is not changed', () => {
  const { logger, lines } = capture();
  const fields = {
    token: 's3cret',
    request: { headers: { Authorization: 'Bearer s3cret' }, list: [{ client_secret: 's3cret' }, { ok: 1 }] },
    'tls.key': 's3cret',
    secretAccessKey: 's3cret',
    bytes: Buffer.from('s3cret'),
    secretName: 'shown',
  };
  logger.info(fields, 'one');
  logger.child({ password: 's3cret' }).info('two');
  expect(JSON.stringify(lines())).not.toMatch(/s3cret|115,51/);
  expect(lines()[0]).toMatchObject({ secretName: 'shown', request: { list: [{}, { ok: 1 }] } });
  expect(fields.token).toBe('s3cret');
});

test('of an error only type, message, code, stack and causes are written', () => {
  const { logger, lines } = capture();
  const cause = Object.assign(new Error('socket'), { code: 'ECONNRESET', request: 's3cret' });
  const error = Object.assign(new TypeError('failed', { cause }), { $response: { body: 's3cret' } });
  logger.error({ err: error }, 'it failed');
  logger.error(error);
  for (const line of lines()) {
    expect(JSON.stringify(line)).not.toContain('s3cret');
    expect(line['err']).toMatchObject({
      type: 'TypeError',
      message: 'failed',
      cause: { message: 'socket', code: 'ECONNRESET' },
    });
  }
});

test.each<[level: LogLevel, written: string[]]>([
  ['debug', ['debug', 'info', 'error', 'fatal']],
  ['error', ['error', 'fatal']],
  ['dpanic', ['fatal']],
  ['panic', ['fatal']],
  ['silent', []],
])('at level %s', (level, written) => {
  const { logger, lines } = capture(level);
  for (const method of ['debug', 'info', 'error', 'fatal'] as const) logger[method](method);
  expect(lines().map((line) => line['level'])).toEqual(written);
});
