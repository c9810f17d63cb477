import { eventually } from '@eso/testing';
import { testCall } from '../../testing/test-call.ts';
import { poolLab } from '../backends/testing/pool-lab.ts';
import { startServer } from './testing/local-server.ts';

const { signal } = new AbortController();

test("a backend's HTTP client counts under its kind, serves its login to the end, and closes with it", async () => {
  const server = await startServer((request, response) => void response.end(request.url));
  const { pool, key, metric } = poolLab({
    backend: ({ httpClient, session }) => {
      const http = httpClient({ baseUrl: server.url, plainHttp: true, proxy: 'none' });
      const ask = (operation: string) => http.request({ operation, path: [operation], signal });
      const login = session('login', {
        login: async () => ({ value: (await ask('Login')).text() }),
        revoke: async () => {
          await ask('Revoke');
        },
      });
      return { getSecret: (_ref, call) => login.use(async () => (await ask('Read')).body, call.signal) };
    },
  });
  const lease = await pool.lease(key(), signal);
  const ref = { key: 'k', version: '', property: '', metadataPolicy: 'None' } as const;
  expect(Buffer.from((await lease.backend.getSecret?.(ref, testCall())) ?? []).toString()).toBe('/Read');
  expect(server.open()).toBe(1);
  lease.discard();
  lease.release();
  await eventually(() => expect(server.open()).toBe(0));
  expect(server.requests.map(({ url }) => url)).toEqual(['/Login', '/Read', '/Revoke']);
  const series = (call: string) =>
    `externalsecret_provider_api_calls_count{provider="Probe",call="${call}",status="success"}`;
  for (const call of ['Login', 'Read', 'Revoke']) expect(await metric(series(call))).toBe(1);
  await server.stop();
});
