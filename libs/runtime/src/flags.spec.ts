import { flagHelp, parseFlags } from './flags.ts';

const spec = {
  addr: { type: 'listen', default: ':8080', describe: 'Where to listen' },
  workers: { type: 'number', default: 32, min: 1, max: 1000, describe: 'Reconciles at once' },
  interval: { type: 'duration', default: '5m', min: 1000, describe: 'How often' },
  timeout: { type: 'duration', default: 30_000, describe: 'How long' },
  namespaces: { type: 'list', default: [], env: 'WATCH_NAMESPACES', describe: 'Which namespaces' },
  elect: { type: 'boolean', default: true, describe: 'Whether to elect a leader' },
  mode: { type: 'string', default: 'fast', choices: ['fast', 'safe'], describe: 'How' },
  'cert-dir': { type: 'string', default: '/certs', env: 'CERT_DIR', describe: 'Where certificates are' },
} as const;

const parse = (argv: string[], env: NodeJS.ProcessEnv = {}): ReturnType<typeof parseFlags<typeof spec>> =>
  parseFlags(spec, argv, env);

test('defaults hold when nothing is given', () => {
  expect(parse([])).toEqual({
    addr: { host: '', port: 8080 },
    workers: 32,
    interval: 300_000,
    timeout: 30_000,
    namespaces: [],
    elect: true,
    mode: 'fast',
    'cert-dir': '/certs',
  });
});

test.each<[argv: string[], expected: object]>([
  [['--addr=127.0.0.1:0'], { addr: { host: '127.0.0.1', port: 0 } }],
  [['--workers', '4'], { workers: 4 }],
  [['--workers=4', '--workers=5'], { workers: 5 }],
  [['--interval=1h30m'], { interval: 5_400_000 }],
  [['--namespaces=a,b', '--namespaces', 'c'], { namespaces: ['a', 'b', 'c'] }],
  [['--namespaces='], { namespaces: [] }],
  [['--elect=false'], { elect: false }],
  [['--no-elect'], { elect: false }],
  [['--no-elect', '--elect'], { elect: true }],
  [['--mode=safe'], { mode: 'safe' }],
  [['--cert-dir='], { 'cert-dir': '' }],
  [['-workers', '4'], { workers: 4 }],
  [['-workers=4', '-elect=F'], { workers: 4, elect: false }],
  [['--elect', '--workers', '4'], { workers: 4, elect: true }],
  [['--elect=TRUE'], { elect: true }],
  [['--cert-dir=a=b'], { 'cert-dir': 'a=b' }],
  [['--cert-dir', '-x'], { 'cert-dir': '-x' }],
])('%j', (argv, expected) => {
  expect(parse(argv)).toMatchObject(expected);
});

test('the environment stands between the command line and the default', () => {
  const env = { CERT_DIR: '/env', WATCH_NAMESPACES: 'x,y' };
  expect(parse([], env)).toMatchObject({ 'cert-dir': '/env', namespaces: ['x', 'y'] });
  expect(parse(['--cert-dir=/flag'], env)).toMatchObject({ 'cert-dir': '/flag' });
  expect(parse([], { CERT_DIR: '' })).toMatchObject({ 'cert-dir': '/certs' });
});

test.each<[argv: string[], message: RegExp]>([
  [['--wrokers=4'], /unknown flag --wrokers: did you mean --workers\? --help lists/],
  [['--cert-directory=/x'], /unknown flag --cert-directory: --help lists/],
  [['--no-elect=false'], /unknown flag --no-elect/],
  [['--elect', 'false'], /unexpected argument "false": .* a switch takes its value after =/],
  [['--'], /unexpected argument "--"/],
  [['---workers=4'], /unexpected argument "---workers=4"/],
  [['--no-workers'], /unknown flag --no-workers/],
  [['--constructor'], /unknown flag --constructor/],
  [['-w'], /unknown flag -w/],
  [['extra'], /unexpected argument "extra"/],
  [['--workers'], /--workers needs a value/],
  [['--mode', '--elect'], /--mode needs a value/],
  [['--workers=many'], /--workers: "many" is not a number/],
  [['--workers=1.5'], /--workers: "1.5" is not a whole number/],
  [['--workers=0'], /--workers: 0 is below the least allowed, 1/],
  [['--workers=1001'], /--workers: 1001 is above the most allowed, 1000/],
  [['--interval=500ms'], /--interval: 500ms is below the least allowed, 1s/],
  [['--interval=1d'], /--interval: "1d" is not a duration/],
  [['--elect=maybe'], /--elect: "maybe" is neither true nor false/],
  [['--mode=slow'], /--mode: "slow" is not one of fast, safe/],
  [['--addr=nowhere'], /--addr: "nowhere" is not an address/],
])('%j is refused', (argv, message) => {
  expect(() => parse(argv)).toThrow(
    expect.objectContaining({ code: 'INVALID_FLAG', message: expect.stringMatching(message) as string }) as Error,
  );
});

test('help names every flag with its default, choices and environment variable', () => {
  const lines = flagHelp(spec).split('\n');
  expect(lines).toHaveLength(Object.keys(spec).length + 1);
  expect(lines.find((line) => line.includes('--mode'))).toContain('(one of fast, safe; default fast)');
  expect(lines.find((line) => line.includes('--timeout=DURATION'))).toContain('(default 30s)');
  expect(lines.find((line) => line.includes('--namespaces=A,B'))).toContain('(env WATCH_NAMESPACES)');
});

test('a listen address without a host is that of the environment variable, where it is set', () => {
  const spec = { addr: { type: 'listen', default: ':8080', hostEnv: 'POD_IP', describe: 'Where' } } as const;
  expect(parseFlags(spec, [], {}).addr).toEqual({ host: '', port: 8080 });
  expect(parseFlags(spec, [], { POD_IP: 'fd00::7' }).addr).toEqual({ host: 'fd00::7', port: 8080 });
  expect(parseFlags(spec, ['--addr=0.0.0.0:1'], { POD_IP: '10.0.0.7' }).addr).toEqual({ host: '0.0.0.0', port: 1 });
  expect(flagHelp(spec)).toContain('without a host: the address in POD_IP');
});

test('a number has a fraction where the flag says so', () => {
  const spec = { qps: { type: 'number', default: 50, fraction: true, describe: 'How often' } } as const;
  expect(parseFlags(spec, ['--qps=0.5'], {})).toEqual({ qps: 0.5 });
});

describe('two listeners', () => {
  const listen = (port: string) => ({ type: 'listen', default: port, describe: 'Where' }) as const;
  const spec = { a: listen(':8080'), b: listen(':8081') };

  test.each([
    ['--a=:8081'],
    ['--a=127.0.0.1:8081'],
    ['--a=127.0.0.1:9000', '--b=127.0.0.1:9000'],
    ['--a=:9000', '--b=[::1]:9000'],
  ])('of one port are refused: %s %s', (...argv) => {
    expect(() => parseFlags(spec, argv, {})).toThrow(
      /^--a and --b are both on port \d+ .*: give one of them another port$/,
    );
  });

  test.each([[], ['--a=:0', '--b=:0'], ['--a=127.0.0.1:9000', '--b=127.0.0.2:9000']])(
    'are let be: %s %s',
    (...argv) => {
      expect(() => parseFlags(spec, argv, {})).not.toThrow();
    },
  );
});
