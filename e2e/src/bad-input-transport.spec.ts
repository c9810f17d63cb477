import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueServerLeaf, openCertificateAuthority, wrappedKeySource } from '@eso/pki';
import { systemClock } from '@eso/runtime';
import { eventually, FaultProxy, type LabKeyPair, type LocalKubelet, type Pod, TlsLab } from '@eso/testing';
import {
  applyGood,
  type BadInput,
  breakAndMend,
  expectNothingSpilled,
  MARKER,
  SEEN_MS,
  storeOf,
  UNSEEN_MS,
} from './support/bad-input.ts';
import { createProviderService, dial, type ProviderService, runProviderFake } from './support/provider-process.ts';
import { fakeConfig, System, wholeValues } from './support/system.ts';

const TENANT = 'bad-transport';
/** Long enough to renew a value with it on a busy machine. */
const LEAF_LIFE_MS = 12_000;
let system: System;
let kubelet: LocalKubelet;
let lab: TlsLab;
/** Those that are there at the end. */
const pods: Pod[] = [];

beforeAll(async () => {
  system = await System.start({
    tenants: [TENANT],
    providers: { fake: {} },
    coreFlags: ['--provider-deadline=3s'],
  });
  kubelet = system.own.cluster.kubelet();
  lab = await TlsLab.create();
});
afterAll(async () => {
  await system.stop();
  await lab.remove();
});

/** A good ExternalSecret whose Provider uses that Service. */
function applyVictim({ name, address }: ProviderService): Promise<void> {
  return applyGood(system, { namespace: TENANT, name, data: { value: MARKER }, spec: wholeValues('value'), address });
}

/** What is the same when core gets no answer of a process. */
function badTransport(
  { name }: ProviderService,
  {
    reason,
    code,
    tells,
    ...actions
  }: Pick<BadInput, 'breakIt' | 'mend' | 'code' | 'tells' | 'recoversWithinMs'> & { readonly reason: string },
): BadInput {
  const store = storeOf(name);
  return {
    ...actions,
    namespace: TENANT,
    name,
    code: 'STORE_NOT_READY',
    tells: [
      'could not get secret data from provider: ',
      `spec.secretStoreRef: Provider "${store}" is not ready: unable to create client: `,
      `${name}.provider-fake.svc`,
      `[${code}]`,
      ...tells,
      'Mend the Provider; this is tried again as soon as it is ready.',
    ],
    provider: { name: store, reason },
  };
}

test.concurrent('a provider that does not run', async () => {
  const service = await createProviderService(system, 'stopped');
  let pod = await runProviderFake(kubelet, service);
  const port = pod.ports['grpc']!;
  dial(system.installation, service, port);
  await applyVictim(service);
  await breakAndMend(
    system,
    badTransport(service, {
      breakIt: () => pod.stop(),
      mend: async () => {
        await circuitOpened(service);
        pod = await runProviderFake(kubelet, service, { port });
      },
      reason: 'Unavailable',
      code: 'PROVIDER_UNREACHABLE',
      tells: ['Check that the provider runs and is ready'],
      recoversWithinMs: UNSEEN_MS,
    }),
  );
  pods.push(pod);
});

/** Waits until core leaves the provider alone for a while: the recovery that takes longest begins there. */
async function circuitOpened({ name }: ProviderService): Promise<void> {
  const { core } = system.installation;
  const open = `grpc_client_circuit_breaker_state{target="provider-fake/${name}:8080"} 2\n`;
  await eventually(async () => expect((await system.installation.metrics(core)).includes(open)).toBe(true));
}

test.concurrent('a provider that hangs, while the ExternalSecrets of another one sync', async () => {
  const service = await createProviderService(system, 'hanging');
  const pod = await runProviderFake(kubelet, service);
  await using proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: pod.ports['grpc']! } });
  dial(system.installation, service, proxy.port);
  await applyVictim(service);
  const other = 'meanwhile';
  await applyGood(system, { namespace: TENANT, name: other, data: { value: MARKER }, spec: wholeValues('value') });
  await breakAndMend(
    system,
    badTransport(service, {
      breakIt: () => proxy.set({ kind: 'stall' }),
      mend: async () => {
        await system.apply(fakeConfig(TENANT, storeOf(other), { value: `${MARKER}-meanwhile` }));
        await system.holds(TENANT, other, { value: `${MARKER}-meanwhile` });
        await proxy.set({ kind: 'pass' });
      },
      reason: 'Timeout',
      code: 'TIMEOUT',
      tells: ["Check the provider's and the backend's response times"],
      recoversWithinMs: UNSEEN_MS,
    }),
  );
  pods.push(pod);
});

test.concurrent('a process that has the certificate of another Service', async () => {
  const service = await createProviderService(system, 'named');
  const pod = await runProviderFake(kubelet, service);
  dial(system.installation, service, pod.ports['grpc']!);
  await applyVictim(service);
  await breakAndMend(
    system,
    badTransport(service, {
      breakIt: () => dial(system.installation, service, system.installation.providers['fake']!.ports['grpc']!),
      mend: () => dial(system.installation, service, pod.ports['grpc']!),
      reason: 'TLSNameMismatch',
      code: 'TLS_NAME_MISMATCH',
      tells: ['Check that the Service selects the provider it belongs to'],
      recoversWithinMs: SEEN_MS,
    }),
  );
  pods.push(pod);
});

test.concurrent('a certificate of another authority', async () => {
  const service = await createProviderService(system, 'untrusted');
  const certDir = await lab.directory(service.issued);
  const pod = await runProviderFake(kubelet, service, { certDir });
  dial(system.installation, service, pod.ports['grpc']!);
  await applyVictim(service);
  await breakAndMend(
    system,
    badTransport(service, {
      breakIt: async () => lab.mount(certDir, await lab.server({ namespace: 'provider-fake', service: service.name })),
      mend: () => lab.mount(certDir, service.issued),
      reason: 'TLSUntrusted',
      code: 'TLS_UNTRUSTED',
      tells: ['Check that the provider mounts the certificate that cert-manager-controller issued'],
      recoversWithinMs: UNSEEN_MS,
    }),
  );
  pods.push(pod);
});

test.concurrent('a certificate that expires', async () => {
  const service = await createProviderService(system, 'expiring');
  const certDir = await lab.directory(service.issued);
  const pod = await runProviderFake(kubelet, service, { certDir });
  await using proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: pod.ports['grpc']! } });
  dial(system.installation, service, proxy.port);
  await applyVictim(service);

  const endsAt = Date.now() + LEAF_LIFE_MS;
  await lab.mount(certDir, await shortLivedLeaf(service, endsAt));
  proxy.resetConnections();
  await system.apply(fakeConfig(TENANT, storeOf(service.name), { value: `${MARKER}-short` }));
  await system.holds(TENANT, service.name, { value: `${MARKER}-short` }, LEAF_LIFE_MS);
  await breakAndMend(
    system,
    badTransport(service, {
      breakIt: async () => {
        await sleep(endsAt + 1_000 - Date.now());
        // What is connected stays so; the next connection meets the end of the certificate.
        proxy.resetConnections();
      },
      mend: () => lab.mount(certDir, service.issued),
      reason: 'TLSExpired',
      code: 'TLS_EXPIRED',
      tells: ["Check that cert-manager-controller runs, that the provider's Secret is renewed, and the clocks"],
      recoversWithinMs: UNSEEN_MS,
    }),
  );
  pods.push(pod);
});

/** A leaf of the installation's own authority, as it would be if it had been issued five minutes ago. */
async function shortLivedLeaf({ name }: ProviderService, endsAt: number): Promise<LabKeyPair> {
  const stored = (await system.values('external-secrets', 'eso-provider-ca-internal'))!;
  const file = join(dirname(system.installation.endpointOverrides), 'key-encryption-key');
  const signer = await wrappedKeySource({ file, flag: 'the test' }).open(stored);
  return issueServerLeaf({
    authority: openCertificateAuthority({ bundle: stored['ca.crt'] ?? '', signer }),
    namespace: 'provider-fake',
    service: name,
    validityMs: 300_000,
    clock: { ...systemClock, now: () => endsAt - 270_000 },
  });
}

test('no value is in any log, event, condition or metric, and no process was started again', async () => {
  expect(pods).toHaveLength(5);
  await expectNothingSpilled(system, pods);
});
