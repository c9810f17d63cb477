import { createRegistry } from '@eso/runtime';
import { CertificateMetrics } from './metrics.ts';

const aws = { namespace: 'provider-aws', service: 'aws' };

function setup() {
  const registry = createRegistry({ processMetrics: false });
  return { metrics: new CertificateMetrics(registry), text: () => registry.metrics() };
}

test('expiry is in Unix seconds of notAfter, rotations carry their reason', async () => {
  const { metrics, text } = setup();
  metrics.serviceExpires(aws, 1_800_000_000_999);
  metrics.serviceRotated(aws, 'renewal-due');
  metrics.serviceFailed(aws);
  metrics.authorityExpires(1_900_000_000_000, true);
  const labels = 'namespace="provider-aws",service="aws"';
  expect(await text()).toContain(`eso_provider_certificate_expiry_seconds{${labels}} 1800000000\n`);
  expect(await text()).toContain(`eso_provider_certificate_rotation_total{${labels},reason="renewal-due"} 1\n`);
  expect(await text()).toContain(`eso_provider_certificate_rotation_failures_total{${labels}} 1\n`);
  expect(await text()).toContain('eso_ca_certificate_expiry_seconds 1900000000\n');
  expect(await text()).toContain('eso_ca_certificate_replacement_due 1\n');
});

test('what is wrong with the authority is told by kind, and whether it can be used', async () => {
  const { metrics, text } = setup();
  metrics.authorityExpires(1_900_000_000_000, false);
  metrics.authorityBundle([
    { kind: 'unknown', position: 2, fingerprint: 'AB' },
    { kind: 'unknown', position: 3, fingerprint: 'CD' },
    { kind: 'missing', fingerprint: 'EF' },
  ]);
  metrics.throttled('first');
  expect(await text()).toContain('eso_ca_usable 1\n');
  for (const line of [
    '{problem="unknown"} 2',
    '{problem="missing"} 1',
    '{problem="unreadable"} 0',
    '{problem="outdated"} 0',
  ])
    expect(await text()).toContain(`eso_ca_bundle_problems${line}\n`);
  expect(await text()).toContain('eso_provider_certificate_throttled_total{lane="first"} 1\n');
  expect(await text()).toContain('eso_provider_certificate_throttled_total{lane="renewal"} 0\n');
  metrics.authorityBundle([]);
  expect(await text()).toContain('eso_ca_rolled_back 0\n');
  metrics.authorityUnusable({ rolledBack: true });
  expect(await text()).toContain('eso_ca_rolled_back 1\n');
  metrics.authorityUnusable({ rolledBack: false });
  expect(await text()).toContain('eso_ca_rolled_back 0\n');
  expect(await text()).toContain('eso_ca_bundle_problems{problem="unknown"} 0\n');
  expect(await text()).toContain('eso_ca_usable 0\n');
  metrics.reset();
  expect(await text()).not.toMatch(/^eso_ca_(usable|rolled_back|bundle_problems)[ {]/m);
});

test('of a Service that is gone nothing is left', async () => {
  const { metrics, text } = setup();
  metrics.serviceExpires(aws, 1);
  metrics.serviceRotated(aws, 'expired');
  metrics.serviceRotated(aws, 'key-mismatch');
  metrics.serviceFailed(aws);
  metrics.serviceGone(aws);
  expect(await text()).not.toContain('provider-aws');
});

test('a namespace within its limit of Services has no series', async () => {
  const { metrics, text } = setup();
  metrics.servicesOverLimit('crowd', 3);
  metrics.servicesOverLimit('modest', 0);
  expect(await text()).toContain('eso_provider_services_over_limit{namespace="crowd"} 3\n');
  expect(await text()).not.toContain('modest');
  metrics.servicesOverLimit('crowd', 0);
  expect(await text()).not.toContain('eso_provider_services_over_limit{');
  metrics.servicesOverLimit('crowd', 1);
  metrics.reset();
  expect(await text()).not.toContain('eso_provider_services_over_limit{');
});

test('a second term counts in the same metrics; what the first one knew of the present is gone', async () => {
  const registry = createRegistry({ processMetrics: false });
  const first = new CertificateMetrics(registry);
  first.serviceExpires(aws, 5_000);
  first.serviceRotated(aws, 'expired');
  first.clientExpires(5_000);
  first.authorityExpires(5_000, true);
  first.reset();
  const second = new CertificateMetrics(registry);
  second.serviceRotated(aws, 'expired');
  const text = await registry.metrics();
  expect(text).not.toMatch(/^eso_(provider|client|ca)_certificate_(expiry_seconds|replacement_due)/m);
  expect(text).toContain('reason="expired"} 2\n');
});

test('labelled Services are counted by what became of them, and what is none has no series', async () => {
  const { metrics, text } = setup();
  const azure = { namespace: 'provider-aws', service: 'azure' };
  metrics.serviceIs(aws, 'waiting');
  metrics.serviceIs(azure, 'waiting');
  expect(await text()).toContain('eso_provider_services{namespace="provider-aws",state="waiting"} 2\n');
  metrics.serviceIs(aws, 'served');
  metrics.serviceIs(aws, 'served');
  metrics.serviceIs(azure, 'unexpected');
  expect(await text()).toContain('eso_provider_services{namespace="provider-aws",state="served"} 1\n');
  expect(await text()).toContain('eso_provider_services{namespace="provider-aws",state="unexpected"} 1\n');
  expect(await text()).not.toContain('waiting');
  metrics.serviceGone(azure);
  metrics.serviceGone(azure);
  expect(await text()).not.toContain('unexpected"');
  metrics.reset();
  expect(await text()).not.toContain('eso_provider_services{');
  metrics.serviceIs(aws, 'refused');
  expect(await text()).toContain('eso_provider_services{namespace="provider-aws",state="refused"} 1\n');
});
