import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { workspaceRoot } from '@eso/testing';

test('npm start -- --once shows an ExternalSecret that becomes a Secret and follows AWS, and ends with 0', async () => {
  const main = join(workspaceRoot, 'tools', 'start', 'main.ts');
  const start = spawn(process.execPath, ['--conditions=@eso/source', main, '--once'], { cwd: workspaceRoot });
  let output = '';
  for (const stream of [start.stdout, start.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number | null>((done) => start.once('close', done));
  expect({ code, output }).toMatchObject({ code: 0 });
  const seen = [
    'demo/database is created',
    'demo/database holds it',
    'the password is changed',
    'demo/database has followed',
  ];
  const places = seen.map((text) => output.indexOf(text));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places).not.toContain(-1);
  // The Secret itself is shown, with the value of the first password.
  expect(output).toContain(Buffer.from('first-password').toString('base64'));
});

test('an unknown argument is explained', async () => {
  const main = join(workspaceRoot, 'tools', 'start', 'main.ts');
  const start = spawn(process.execPath, ['--conditions=@eso/source', main, '--onec'], { cwd: workspaceRoot });
  let output = '';
  start.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number | null>((done) => start.once('close', done));
  expect(code).toBe(2);
  expect(output).toContain('usage: npm start [-- --once]');
});
