import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@eso/runtime';
import { inClusterConnection } from './in-cluster.ts';
import { cachedAuthorization } from './kubeconfig.ts';
import { loadConnection } from './load.ts';
import { TokenFile } from './token-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'eso-kube-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

/** Writes a kubeconfig; JSON is YAML. */
function kubeconfig(user: object, cluster: object = {}): string {
  return write(
    'config',
    JSON.stringify({
      clusters: [
        {
          name: 'c',
          cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': btoa('the CA'), ...cluster },
        },
      ],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'home' } }],
      'current-context': 'x',
    }),
  );
}

describe('a token file', () => {
  test('is read again each minute', async () => {
    const clock = new ManualClock();
    const path = write('token', 'one\n');
    const token = new TokenFile(path, clock);
    expect(await token.header()).toBe('Bearer one');
    write('token', 'two');
    await clock.advance(59_000);
    expect(await token.header()).toBe('Bearer one');
    await clock.advance(2_000);
    expect(await token.header()).toBe('Bearer two');
  });

  test('is read at once when the token was refused', async () => {
    const token = new TokenFile(write('token', 'one'), new ManualClock());
    await token.header();
    write('token', 'two');
    token.invalidate();
    expect(await token.header()).toBe('Bearer two');
  });

  test('that is gone for a moment leaves the last token in use', async () => {
    const clock = new ManualClock();
    const token = new TokenFile(write('token', 'one'), clock);
    await token.header();
    rmSync(join(dir, 'token'));
    await clock.advance(61_000);
    expect(await token.header()).toBe('Bearer one');
    write('token', '');
    expect(await token.header()).toBe('Bearer one');
    write('token', 'two');
    expect(await token.header()).toBe('Bearer two');
  });

  test('that never was is an error that names it', async () => {
    await expect(new TokenFile(join(dir, 'token')).header()).rejects.toMatchObject({
      code: 'CONNECTION_CONFIG',
      message: expect.stringContaining(join(dir, 'token')) as string,
      // Whether it is missing, unreadable or empty.
      cause: expect.objectContaining({ code: 'ENOENT' }) as Error,
    });
  });
});

describe('a pod', () => {
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

  test('finds address, certificate authority, namespace and token where the kubelet puts them', async () => {
    write('ca.crt', 'the CA');
    write('token', 'the token');
    write('namespace', 'home\n');
    const connection = await inClusterConnection({ directory: dir, env });
    expect(connection.server.href).toBe('https://[fd00::1]/');
    expect(connection.namespace).toBe('home');
    expect(String((await connection.tls()).ca)).toBe('the CA');
    expect(await connection.authorization()).toBe('Bearer the token');
    write('ca.crt', 'the next CA');
    expect(String((await connection.tls()).ca)).toBe('the next CA');
  });

  test('is told by POD_SERVICE_ACCOUNT_DIR where they are, whatever KUBECONFIG says', async () => {
    for (const [name, text] of [
      ['token', 't'],
      ['ca.crt', 'CA'],
      ['namespace', 'home'],
    ] as const)
      write(name, text);
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '6443', POD_SERVICE_ACCOUNT_DIR: dir };
    const before = { ...process.env };
    try {
      Object.assign(process.env, env, { KUBECONFIG: kubeconfig({ token: 'other' }) });
      const connection = await loadConnection();
      expect(connection.namespace).toBe('home');
      expect(await connection.authorization()).toBe('Bearer t');
      const named = await loadConnection({ kubeconfig: kubeconfig({ token: 'other' }) });
      expect(await named.authorization()).toBe('Bearer other');
    } finally {
      process.env = before;
    }
  });

  test('is preferred to the home directory, not to a kubeconfig that is named', async () => {
    const before = { ...process.env };
    try {
      process.env = { ...before, ...env };
      delete process.env['KUBECONFIG'];
      expect((await loadConnection()).server.href).toBe('https://[fd00::1]/');
      process.env['KUBECONFIG'] = kubeconfig({ token: 'named' });
      expect(await (await loadConnection()).authorization()).toBe('Bearer named');
    } finally {
      process.env = before;
    }
  });

  test('that is none is told what to do', async () => {
    await expect(inClusterConnection({ directory: dir, env: {} })).rejects.toMatchObject({
      code: 'CONNECTION_CONFIG',
      message: expect.stringContaining('name a kubeconfig file') as string,
    });
  });
});

describe('credentials that are made', () => {
  test('are remembered for ten seconds, and made anew when they were refused', async () => {
    const clock = new ManualClock();
    let made = 0;
    const { authorization, invalidateCredentials: forget } = cachedAuthorization(
      () => Promise.resolve(`Bearer ${(made += 1)}`),
      clock,
    );
    expect(await authorization()).toBe('Bearer 1');
    await clock.advance(9_999);
    expect(await authorization()).toBe('Bearer 1');
    await clock.advance(1);
    expect(await authorization()).toBe('Bearer 2');
    forget();
    expect(await authorization()).toBe('Bearer 3');
  });

  test('that are never done are not asked for again before a minute', async () => {
    const clock = new ManualClock();
    let started = 0;
    const { authorization, invalidateCredentials: forget } = cachedAuthorization(
      () => new Promise(() => (started += 1)),
      clock,
    );
    for (let second = 0; second < 59; second += 1) {
      void authorization();
      forget();
      await clock.advance(1_000);
    }
    expect(started).toBe(1);
    await clock.advance(1_000);
    void authorization();
    expect(started).toBe(2);
  });

  test('that could not be made are tried again at once', async () => {
    const answers = [Promise.reject(new Error('no')), Promise.resolve('Bearer 1')];
    const { authorization } = cachedAuthorization(() => answers.shift()!, new ManualClock());
    await expect(authorization()).rejects.toThrow('no');
    expect(await authorization()).toBe('Bearer 1');
  });
});

describe('a kubeconfig', () => {
  test('with a tokenFile, relative to the kubeconfig, that is renewed', async () => {
    write('token', 'one');
    const connection = await loadConnection({ kubeconfig: kubeconfig({ tokenFile: 'token', token: 'unused' }) });
    expect(connection.namespace).toBe('home');
    expect(String((await connection.tls()).ca)).toBe('the CA');
    expect(await connection.authorization()).toBe('Bearer one');
    write('token', 'two');
    connection.invalidateCredentials?.();
    expect(await connection.authorization()).toBe('Bearer two');
  });

  test('with a token', async () => {
    const connection = await loadConnection({ kubeconfig: kubeconfig({ token: 'fixed' }) });
    expect(await connection.authorization()).toBe('Bearer fixed');
  });

  test('with a client certificate', async () => {
    const connection = await loadConnection({
      kubeconfig: kubeconfig({ 'client-certificate': write('tls.crt', 'cert'), 'client-key-data': btoa('key') }),
    });
    const { cert, key } = await connection.tls();
    expect([String(cert), String(key)]).toEqual(['cert', 'key']);
    expect(await connection.authorization()).toBeUndefined();
  });

  test('with an exec plugin', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'issued' },
    };
    const plugin = write('plugin', `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    chmodSync(plugin, 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    const connection = await loadConnection({ kubeconfig: kubeconfig({ exec }) });
    expect(await connection.authorization()).toBe('Bearer issued');
  });

  test('with a user name and password', async () => {
    const connection = await loadConnection({ kubeconfig: kubeconfig({ username: 'a', password: 'b' }) });
    expect(await connection.authorization()).toBe(`Basic ${btoa('a:b')}`);
  });

  test.each<[what: string, user: object, cluster: object, context: string | undefined, message: string]>([
    ['another context', {}, {}, 'y', 'it has no context "y"'],
    [
      'no verification',
      {},
      { 'insecure-skip-tls-verify': true },
      undefined,
      'insecure-skip-tls-verify is not supported',
    ],
    ['a proxy', {}, { 'proxy-url': 'http://p' }, undefined, 'proxy-url is not supported'],
    ['no URL', {}, { server: 'not a URL' }, undefined, 'the server of cluster "c" is no URL'],
    ['plain HTTP', {}, { server: 'http://127.0.0.1:80' }, undefined, 'is not an https URL'],
    ['impersonation', { as: 'admin' }, {}, undefined, 'impersonation (as) is not supported'],
  ])('that asks for %s is refused, not misread', async (_what, user, cluster, context, message) => {
    await expect(
      loadConnection({ kubeconfig: kubeconfig(user, cluster), ...(context && { context }) }),
    ).rejects.toMatchObject({
      code: 'CONNECTION_CONFIG',
      message: expect.stringContaining(message) as string,
    });
  });

  test.each([
    ['an escape', 'a: b\np: "\\qS3cretMarker"'],
    ['an anchor', 'p: *S3cretMarker'],
    ['a tag', 'p: !S3cretMarker x'],
    ['a list that is open', 'p: [S3cretMarker'],
    ['a key that comes twice', 'S3cretMarker: 1\nS3cretMarker: 2'],
  ])('that is no YAML for %s is not quoted', async (_what, text) => {
    const error: unknown = await loadConnection({ kubeconfig: write('config', text) }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'CONNECTION_CONFIG', message: expect.stringContaining('no YAML') as string });
    expect(String(error)).not.toContain('S3cretMarker');
  });

  test.each([
    ['is absent', undefined],
    ['is no YAML', '{'],
    ['is empty', ''],
  ])('that %s is named in the error', async (_what, text) => {
    const path = text === undefined ? join(dir, 'none') : write('config', text);
    await expect(loadConnection({ kubeconfig: path })).rejects.toMatchObject({
      code: 'CONNECTION_CONFIG',
      message: expect.stringContaining(path) as string,
    });
  });
});
