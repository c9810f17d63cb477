import { endpointId, parseAddress, serverName } from './address.ts';

const DOMAIN = 'cluster.local';

test.each([
  ['provider.aws.svc:8080', { namespace: 'aws', service: 'provider', port: 8080 }],
  ['provider.aws.svc.cluster.local:8080', { namespace: 'aws', service: 'provider', port: 8080 }],
  ['grpc://provider.aws.svc:8080', { namespace: 'aws', service: 'provider', port: 8080 }],
  ['grpcs://provider.aws.svc.cluster.local:1', { namespace: 'aws', service: 'provider', port: 1 }],
  ['a-1.b-2.svc:65535', { namespace: 'b-2', service: 'a-1', port: 65_535 }],
])('%s names a Service', (text, address) => {
  expect(parseAddress(text, DOMAIN)).toEqual({ kind: 'service', address });
});

test('the cluster domain of the installation is accepted, another one is not', () => {
  expect(parseAddress('p.ns.svc.corp.example:80', 'corp.example').kind).toBe('service');
  expect(parseAddress('p.ns.svc.cluster.local:80', 'corp.example').kind).toBe('invalid');
});

// Threat model T4: whatever is not exactly a Service of this cluster must not reach a dialler.
test.each([
  ['', 'it is empty'],
  ['grpc://', 'it is empty'],
  ['provider:8080', 'does not name a Service'],
  ['provider.aws:8080', 'does not name a Service'],
  ['provider.aws.pod:8080', 'does not name a Service'],
  ['localhost:8080', 'does not name a Service'],
  ['example.org:443', 'does not name a Service'],
  ['provider.aws.svc', 'the port is missing'],
  ['provider.aws.svc:', 'port "" is not a number'],
  ['provider.aws.svc:grpc', 'port "grpc" is not a number'],
  ['provider.aws.svc:0', 'port "0" is not a number'],
  ['provider.aws.svc:65536', 'port "65536" is not a number'],
  ['provider.aws.svc:080', 'port "080" is not a number'],
  ['provider.aws.svc:+80', 'port "[+]80" is not a number'],
  ['provider.aws.svc:80:80', 'does not name a Service'],
  ['10.0.0.1:8080', 'IP addresses are not supported'],
  ['10.0.0.1', 'IP addresses are not supported'],
  ['[::1]:8080', 'IP addresses are not supported'],
  ['::1', 'IP addresses are not supported'],
  ['127.1:8080', 'does not name a Service'],
  ['http://provider.aws.svc:8080', 'scheme "http" is not supported'],
  ['https://provider.aws.svc:8080', 'scheme "https" is not supported'],
  ['dns:///provider.aws.svc:8080', 'scheme "dns" is not supported'],
  ['GRPC://provider.aws.svc:8080', 'scheme "GRPC" is not supported'],
  ['unix:/run/x.sock', 'a path, a query or an escape'],
  ['user@provider.aws.svc:8080', 'user information'],
  ['provider.aws.svc:8080@evil.example:443', 'user information'],
  ['provider.aws.svc:8080/path', 'a path, a query or an escape'],
  ['provider.aws.svc:8080?x=1', 'a path, a query or an escape'],
  ['provider.aws.svc:8080#x', 'a path, a query or an escape'],
  ['provider%2eaws.svc:8080', 'a path, a query or an escape'],
  ['provider.aws.svc.:8080', 'ends with a dot'],
  ['provider.aws.svc.cluster.local.:8080', 'ends with a dot'],
  ['provider.aws.svc.example.org:8080', "outside the cluster's domain"],
  ['provider.aws.svc.cluster.local.example.org:8080', "outside the cluster's domain"],
  ['x.provider.aws.svc:8080', 'does not name a Service'],
  ['.aws.svc:8080', 'cannot be a Service or namespace name'],
  ['provider..svc:8080', 'cannot be a Service or namespace name'],
  ['-a.aws.svc:8080', 'cannot be a Service or namespace name'],
  ['a_b.aws.svc:8080', 'cannot be a Service or namespace name'],
  [`${'a'.repeat(64)}.aws.svc:8080`, 'cannot be a Service or namespace name'],
  ['Provider.aws.svc:8080', 'upper-case letters'],
  ['prövider.aws.svc:8080', 'characters outside ASCII'],
  ['рrovider.aws.svc:8080', 'characters outside ASCII'],
  ['xn--prvider-o4a.aws.svc:8080', 'internationalised name'],
  ['provider.aws.svc :8080', 'blanks'],
  [' provider.aws.svc:8080', 'blanks'],
  ['provider.aws.svc:8080\n', 'blanks'],
  ['provider.aws.svc\u0000:8080', 'blanks'],
])('%j is refused, and the text says what to write', (text, problem) => {
  const parsed = parseAddress(text, DOMAIN);
  expect(parsed).toEqual({
    kind: 'invalid',
    problem: expect.stringMatching(problem) as string,
    nextStep: expect.stringMatching(/^Write .+\.$/) as string,
  });
});

test('what a user wrote is shown, but never at full length', () => {
  const parsed = parseAddress(`${'a.'.repeat(200)}svc:80`, DOMAIN);
  expect(parsed.kind === 'invalid' && parsed.problem.length).toBeLessThan(300);
});

test('the verified name and the id come from the parts alone', () => {
  const address = { namespace: 'aws', service: 'provider', port: 8080 };
  expect(serverName(address)).toBe('provider.aws.svc');
  expect(endpointId(address)).toBe('aws/provider:8080');
});
