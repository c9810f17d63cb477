import { createRegistry, ManualClock, silentLogger } from '@eso/runtime';
import { eventually } from '@eso/testing';
import { MemoryObjects } from '../../testing/memory-objects.ts';
import { ApiCallCounter } from '../backends/api-call-metrics.ts';
import { BackendPool } from '../backends/backend-pool.ts';
import { CredentialCache } from '../credentials/credential-cache.ts';
import { defineKind } from '../definition.ts';
import type { HttpResponse } from './http-message.ts';
import { startServer } from './testing/local-server.ts';

test("a backend's HTTP client counts under its kind, and its connections end with the backend", async () => {
  const { signal } = new AbortController();
  const server = await startServer((_request, response) => void response.end('hello'));
  const clock = new ManualClock();
  const registry = createRegistry({ processMetrics: false });
  const pool = new BackendPool({
    credentials: new CredentialCache({ kube: new MemoryObjects(), clock }),
    apiCalls: new ApiCallCounter(registry),
    clock,
    logger: silentLogger,
  });
  const answers: HttpResponse[] = [];
  const kind = defineKind<object>({
    apiVersion: 'provider.external-secrets.io/v2alpha1',
    kind: 'Probe',
    plural: 'probes',
    capabilities: 'ReadOnly',
    metricName: 'Probe/Http',
    open: async ({ httpClient }) => {
      const http = httpClient({ baseUrl: server.url, plainHttp: true, proxy: 'none' });
      answers.push(await http.request({ operation: 'Login', signal }));
      return {};
    },
  });
  const config = { source: { namespace: 'a', name: 'p', uid: 'u1', generation: 1 }, spec: {} };
  const lease = await pool.lease({ kind, config, credentials: { kind: 'ownNamespace', namespace: 'a' } }, signal);
  expect(answers.map((answer) => answer.text())).toEqual(['hello']);
  expect(await registry.metrics()).toContain(
    'externalsecret_provider_api_calls_count{provider="Probe/Http",call="Login",status="success"} 1',
  );
  expect(server.open()).toBe(1);
  lease.discard();
  lease.release();
  await eventually(() => expect(server.open()).toBe(0));
  await server.stop();
});
