import { countsOf, growthOf } from './error-counters.ts';

test('errors are summed over their series, and what went well is none', () => {
  const text = `# HELP grpc_server_requests_total Calls answered, by method path and gRPC status
# TYPE grpc_server_requests_total counter
grpc_server_requests_total{method="/provider.v1.SecretStoreProvider/GetSecret",status="OK"} 40
grpc_server_requests_total{method="/provider.v1.SecretStoreProvider/GetSecret",status="Unavailable"} 2
grpc_server_requests_total{method="/provider.v1.SecretStoreProvider/Validate",status="Unauthenticated"} 1
externalsecret_sync_calls_error{name="a",namespace="b"} 3
externalsecret_sync_calls_total{name="a",namespace="b"} 9
grpc_client_retries_total 4
controller_runtime_reconcile_errors_total{controller="externalsecret"} 0
`;
  expect(Object.fromEntries(countsOf(text))).toEqual({
    grpc_server_requests_total: 3,
    externalsecret_sync_calls_error: 3,
    grpc_client_retries_total: 4,
    controller_runtime_reconcile_errors_total: 0,
  });
});

test.each([
  ['grew', 2, 5, 3],
  ['was not there yet', undefined, 4, 4],
  ['began anew with its container', 5, 1, 1],
  ['began anew without a failure', 5, undefined, 0],
])('a counter that %s: from %p to %p it grew by %p', (_what, before, now, growth) =>
  expect(growthOf(before, now)).toBe(growth),
);
