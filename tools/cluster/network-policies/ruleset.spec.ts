import type { NetworkPolicy, Pod, PolicyPeer, PolicyPort, World } from './objects.ts';
import { selects } from './objects.ts';
import { rulesetOf } from './ruleset.ts';

const RANGE = '10.244.0.0/24';

const pod = (namespace: string, name: string, ip: string, rest: Partial<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: name } },
  spec: {
    containers: [
      {
        ports: [
          { name: 'http', containerPort: 8080 },
          { name: 'dns', containerPort: 53, protocol: 'UDP' },
        ],
      },
    ],
  },
  status: { phase: 'Running', podIP: ip },
  ...rest,
});

const policy = (spec: NetworkPolicy['spec']): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'policy', namespace: 'a' },
  spec: spec ?? {},
});

const namespace = (name: string, team: string): World['namespaces'][number] => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { team } },
});

const world = (spec: NetworkPolicy['spec'], pods: readonly Pod[] = PODS): World => ({
  policies: [policy(spec)],
  pods,
  namespaces: [namespace('a', 'red'), namespace('b', 'blue')],
});

const WEB = '10.244.0.2';
const DB = '10.244.0.3';
const OTHER = '10.244.0.4';
const PODS = [pod('a', 'web', WEB), pod('a', 'db', DB), pod('b', 'other', OTHER)];

/** Lines of a pod's chain; undefined where it has none. */
function chainOf(ruleset: string, direction: 'ingress' | 'egress', ip: string): readonly string[] | undefined {
  const body = new RegExp(
    `chain ${direction}_${ip.replaceAll('.', '_')} \\{\\n([^}]*(?:\\}[^\\n][^}]*)*)\\n  \\}`,
  ).exec(ruleset)?.[1];
  return body?.trim().split(/\n\s*/);
}

const ingress = (from: readonly PolicyPeer[], ports: readonly PolicyPort[] = []): NetworkPolicy['spec'] => ({
  podSelector: { matchLabels: { app: 'web' } },
  ingress: [{ ...(from.length > 0 && { from }), ...(ports.length > 0 && { ports }) }],
});

const egress = (to: readonly PolicyPeer[], ports: readonly PolicyPort[] = []): NetworkPolicy['spec'] => ({
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Egress'],
  egress: [{ ...(to.length > 0 && { to }), ...(ports.length > 0 && { ports }) }],
});

describe('a ruleset', () => {
  test('without policies it isolates nobody, and drops addresses that belong to no pod', () => {
    const ruleset = rulesetOf({ policies: [], pods: PODS, namespaces: [] }, RANGE);
    expect(ruleset).not.toContain('vmap');
    expect(ruleset).toContain(`set pods { type ipv4_addr; elements = { ${WEB}, ${DB}, ${OTHER} }; }`);
    expect(ruleset).toContain(`ip saddr ${RANGE} ip saddr != @pods drop`);
    expect(ruleset).toContain(`ip daddr ${RANGE} ip daddr != @pods drop`);
  });

  test('replaces the table in one transaction, and filters what goes to the node as well', () => {
    const ruleset = rulesetOf({ policies: [], pods: [], namespaces: [] }, RANGE);
    expect(ruleset.split('\n').slice(0, 3)).toEqual([
      'table inet network_policies',
      'delete table inet network_policies',
      'table inet network_policies {',
    ]);
    expect(ruleset).toContain('set pods { type ipv4_addr; }');
    for (const hook of ['forward', 'input']) expect(ruleset).toContain(`hook ${hook} priority filter`);
    expect(ruleset.match(/jump check/g)).toHaveLength(2);
  });

  test.each<[string, Partial<Pod>]>([
    ['of the host network', { spec: { hostNetwork: true } }],
    ['that has succeeded', { status: { phase: 'Succeeded', podIP: WEB } }],
    ['that has failed', { status: { phase: 'Failed', podIP: WEB } }],
    ['without an address', { status: { phase: 'Pending' } }],
  ])('a pod %s has no place in it', (_, rest) => {
    const ruleset = rulesetOf(world({ podSelector: {} }, [pod('a', 'web', WEB, rest)]), RANGE);
    expect(ruleset).not.toContain(WEB);
  });

  test('default deny isolates each pod of the namespace and none of another', () => {
    const ruleset = rulesetOf(world({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }), RANGE);
    for (const direction of ['ingress', 'egress'] as const) {
      for (const ip of [WEB, DB]) expect(chainOf(ruleset, direction, ip)).toEqual(['drop']);
      expect(chainOf(ruleset, direction, OTHER)).toBeUndefined();
    }
    expect(ruleset).toContain(`ip saddr vmap { ${WEB} : jump egress_10_244_0_2, ${DB} : jump egress_10_244_0_3 }`);
    expect(ruleset).toContain(`ip daddr vmap { ${WEB} : jump ingress_10_244_0_2, ${DB} : jump ingress_10_244_0_3 }`);
  });

  test('both directions are asked: what egress allows is not accepted, it goes on to ingress', () => {
    const ruleset = rulesetOf(world({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{}] }), RANGE);
    expect(chainOf(ruleset, 'egress', WEB)).toEqual(['return', 'drop']);
    expect(ruleset.replaceAll('policy accept', '').match(/\baccept\b/g)).toHaveLength(2); // of established connections
    expect(ruleset.indexOf('saddr vmap')).toBeLessThan(ruleset.indexOf('daddr vmap'));
  });

  test('several policies of a pod add up', () => {
    const policies = [policy(ingress([], [{ port: 80 }])), policy(ingress([], [{ port: 81 }]))];
    const ruleset = rulesetOf({ ...world(undefined), policies }, RANGE);
    expect(chainOf(ruleset, 'ingress', WEB)).toEqual(['tcp dport 80 return', 'tcp dport 81 return', 'drop']);
  });

  test.each<[string, NetworkPolicy['spec'], boolean, boolean]>([
    ['none, and no egress', { podSelector: {} }, true, false],
    ['none, and egress', { podSelector: {}, egress: [] }, true, true],
    ['Egress', { podSelector: {}, policyTypes: ['Egress'] }, false, true],
    ['Ingress beside a list of egress', { podSelector: {}, policyTypes: ['Ingress'], egress: [{}] }, true, false],
  ])('policyTypes: %s', (_, spec, isIngress, isEgress) => {
    const ruleset = rulesetOf(world(spec), RANGE);
    expect(chainOf(ruleset, 'ingress', WEB) !== undefined).toBe(isIngress);
    expect(chainOf(ruleset, 'egress', WEB) !== undefined).toBe(isEgress);
  });
});

describe('peers', () => {
  test.each<[string, PolicyPeer, readonly string[]]>([
    ['pods of the own namespace', { podSelector: { matchLabels: { app: 'db' } } }, [`ip saddr { ${DB} } return`]],
    ['pods that only another namespace has', { podSelector: { matchLabels: { app: 'other' } } }, []],
    ['a namespace', { namespaceSelector: { matchLabels: { team: 'blue' } } }, [`ip saddr { ${OTHER} } return`]],
    ['all namespaces', { namespaceSelector: {} }, [`ip saddr { ${WEB}, ${DB}, ${OTHER} } return`]],
    [
      'pods of a namespace: both have to be so',
      { namespaceSelector: { matchLabels: { team: 'blue' } }, podSelector: { matchLabels: { app: 'web' } } },
      [],
    ],
    ['a block', { ipBlock: { cidr: '198.51.100.0/24' } }, ['ip saddr 198.51.100.0/24 return']],
    [
      'a block with exceptions',
      { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.2.0.0/16'] } },
      ['ip saddr 10.0.0.0/8 ip saddr != { 10.1.0.0/16, 10.2.0.0/16 } return'],
    ],
    [
      'all addresses but some',
      { ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } },
      ['meta nfproto ipv4 ip saddr != { 10.0.0.0/8 } return'],
    ],
    ['a block of IPv6, which no pod has', { ipBlock: { cidr: 'fd00::/8' } }, []],
  ])('%s', (_, peer, lines) => {
    expect(chainOf(rulesetOf(world(ingress([peer])), RANGE), 'ingress', WEB)).toEqual([...lines, 'drop']);
  });

  test('of egress are where it goes', () => {
    const ruleset = rulesetOf(world(egress([{ podSelector: { matchLabels: { app: 'db' } } }])), RANGE);
    expect(chainOf(ruleset, 'egress', WEB)).toEqual([`ip daddr { ${DB} } return`, 'drop']);
  });

  test('pods of a namespace that is not known are selected by none', () => {
    const ruleset = rulesetOf({ ...world(ingress([{ namespaceSelector: {} }])), namespaces: [] }, RANGE);
    expect(chainOf(ruleset, 'ingress', WEB)).toEqual(['drop']);
  });
});

describe('ports', () => {
  test.each<[string, PolicyPort, readonly string[]]>([
    ['a number, TCP unless said', { port: 80 }, ['tcp dport 80 return']],
    ['a range', { port: 8000, endPort: 8100 }, ['tcp dport 8000-8100 return']],
    ['UDP', { port: 53, protocol: 'UDP' }, ['udp dport 53 return']],
    ['SCTP', { port: 9, protocol: 'SCTP' }, ['sctp dport 9 return']],
    ['a protocol alone', { protocol: 'UDP' }, ['meta l4proto udp return']],
    ['a name, of the pod that is connected to', { port: 'http' }, ['tcp dport 8080 return']],
    ['a name of another protocol', { port: 'dns' }, []],
    ['a name that the pod does not have', { port: 'metrics' }, []],
  ])('of ingress: %s', (_, port, lines) => {
    expect(chainOf(rulesetOf(world(ingress([], [port])), RANGE), 'ingress', WEB)).toEqual([...lines, 'drop']);
  });

  test('a name in egress is the port of each target that has one', () => {
    const pods = [...PODS, pod('a', 'plain', '10.244.0.5', { spec: { containers: [{}] } })];
    const ruleset = rulesetOf(world(egress([{ podSelector: {} }], [{ port: 'http' }]), pods), RANGE);
    expect(chainOf(ruleset, 'egress', WEB)).toEqual([
      `ip daddr ${WEB} tcp dport 8080 return`,
      `ip daddr ${DB} tcp dport 8080 return`,
      'drop',
    ]);
  });

  test('a name in egress to anywhere is that port of every pod, and nothing outside', () => {
    const lines = chainOf(rulesetOf(world(egress([], [{ port: 'dns', protocol: 'UDP' }])), RANGE), 'egress', WEB);
    expect(lines).toEqual([...[WEB, DB, OTHER].map((ip) => `ip daddr ${ip} udp dport 53 return`), 'drop']);
  });

  test('each peer goes with each port', () => {
    const peers = [{ podSelector: { matchLabels: { app: 'db' } } }, { ipBlock: { cidr: '10.9.0.0/16' } }];
    const lines = chainOf(rulesetOf(world(ingress(peers, [{ port: 1 }, { port: 2 }])), RANGE), 'ingress', WEB);
    expect(lines).toEqual([
      `ip saddr { ${DB} } tcp dport 1 return`,
      'ip saddr 10.9.0.0/16 tcp dport 1 return',
      `ip saddr { ${DB} } tcp dport 2 return`,
      'ip saddr 10.9.0.0/16 tcp dport 2 return',
      'drop',
    ]);
  });
});

describe('a selector', () => {
  const labels = { app: 'web', tier: 'front' };
  test.each<[string, Parameters<typeof selects>[0], boolean]>([
    ['empty', {}, true],
    ['labels that are there', { matchLabels: { app: 'web' } }, true],
    ['one label that is not', { matchLabels: { app: 'web', tier: 'back' } }, false],
    ['In', { matchExpressions: [{ key: 'app', operator: 'In', values: ['db', 'web'] }] }, true],
    ['In, absent', { matchExpressions: [{ key: 'zone', operator: 'In', values: ['x'] }] }, false],
    ['NotIn', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
    ['NotIn, absent', { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['x'] }] }, true],
    ['Exists', { matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, false],
    ['DoesNotExist', { matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true],
    ['both kinds', { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
  ])('%s', (_, selector, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});
