/**
 * NetworkPolicies as rules of nftables: a pure function from what the API server has to the text that `nft -f` takes. Each pod has an
 * interface of its own, so that everything that it sends or gets passes the node's hooks; addresses are those after kube-proxy's
 * translation. What the node itself sends to a pod is not filtered: probes have to pass.
 */
import {
  type LabelSelector,
  type NetworkPolicy,
  type Pod,
  type PolicyPeer,
  type PolicyPort,
  selects,
  type World,
} from './objects.ts';

/** Name of the table; nothing else is touched. */
export const TABLE = 'inet network_policies';

type Direction = 'ingress' | 'egress';

interface Rule {
  readonly peers: readonly PolicyPeer[];
  readonly ports: readonly PolicyPort[];
}

/** A pod that has an address of its own. */
interface Endpoint {
  readonly pod: Pod;
  readonly ip: string;
}

/** The whole ruleset. @param range of the pods' addresses: one of them that belongs to no known pod gets and sends nothing */
export function rulesetOf(world: World, range: string): string {
  const endpoints = endpointsOf(world.pods);
  const compiler = new Compiler(world, endpoints);
  const chains = (['egress', 'ingress'] as const).flatMap((direction) =>
    endpoints.flatMap((endpoint) => compiler.chainOf(direction, endpoint)),
  );
  const jumps = (direction: Direction, side: string): readonly string[] => {
    const isolated = chains.filter((chain) => chain.direction === direction);
    if (isolated.length === 0) return [];
    return [`ip ${side} vmap { ${isolated.map(({ ip, name }) => `${ip} : jump ${name}`).join(', ')} }`];
  };
  const known = endpoints.map(({ ip }) => ip);
  const elements = known.length > 0 ? ` elements = { ${known.join(', ')} };` : '';
  const hook = (name: string): string[] => [
    `type filter hook ${name} priority filter; policy accept;`,
    'ct state established,related accept',
    'jump check',
  ];
  return [
    `table ${TABLE}`,
    `delete table ${TABLE}`,
    `table ${TABLE} {`,
    `  set pods { type ipv4_addr;${elements} }`,
    ...chains.map(({ name, lines }) => chain(name, lines)),
    chain('check', [
      `ip saddr ${range} ip saddr != @pods drop`,
      `ip daddr ${range} ip daddr != @pods drop`,
      ...jumps('egress', 'saddr'),
      ...jumps('ingress', 'daddr'),
    ]),
    chain('forwarded', hook('forward')),
    chain('to_node', hook('input')),
    '}',
    '',
  ].join('\n');
}

const chain = (name: string, lines: readonly string[]): string =>
  `  chain ${name} {\n${lines.map((line) => `    ${line}\n`).join('')}  }`;

/** Pods of the host's network are the node; a pod that has ended has given its address back. */
function endpointsOf(pods: readonly Pod[]): readonly Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const pod of pods) {
    const ip = pod.status?.podIP;
    const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (ip && !ended && pod.spec?.hostNetwork !== true) endpoints.push({ pod, ip });
  }
  return endpoints.sort((a, b) => (a.ip < b.ip ? -1 : 1));
}

interface Chain {
  readonly direction: Direction;
  readonly ip: string;
  readonly name: string;
  readonly lines: readonly string[];
}

class Compiler {
  readonly #policies: readonly NetworkPolicy[];
  readonly #endpoints: readonly Endpoint[];
  /** Labels of namespaces by name. */
  readonly #namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;

  constructor({ policies, namespaces }: World, endpoints: readonly Endpoint[]) {
    this.#policies = policies;
    this.#endpoints = endpoints;
    this.#namespaces = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  }

  /** What that pod may do in that direction; empty where no policy isolates it. */
  chainOf(direction: Direction, { pod, ip }: Endpoint): readonly Chain[] {
    const { namespace, labels } = pod.metadata;
    const policies = this.#policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === namespace && typesOf(spec).has(direction) && selects(spec?.podSelector ?? {}, labels),
    );
    if (policies.length === 0) return [];
    const rules = policies.flatMap((policy) => rulesOf(policy, direction));
    const lines = rules.flatMap((rule) => this.#lines(rule, direction, pod, namespace ?? ''));
    const name = `${direction}_${ip.replaceAll('.', '_')}`;
    // To return is to allow this direction: the other one has still to agree.
    return [{ direction, ip, name, lines: [...new Set(lines.map((line) => `${line}return`)), 'drop'] }];
  }

  /** Matches of one rule, each followed by a space where it is not empty. */
  #lines(rule: Rule, direction: Direction, pod: Pod, namespace: string): readonly string[] {
    const side = direction === 'ingress' ? 'saddr' : 'daddr';
    const ports = rule.ports.length > 0 ? rule.ports : [undefined];
    return ports.flatMap((port) => {
      // A name means a port of the pod that is connected to.
      if (direction === 'egress' && typeof port?.port === 'string') return this.#namedEgress(rule, port, namespace);
      const matches = portMatches(port, pod);
      return this.#peerMatches(rule, side, namespace).flatMap((peer) => matches.map((match) => peer + match));
    });
  }

  #namedEgress(rule: Rule, port: PolicyPort, namespace: string): readonly string[] {
    const targets =
      rule.peers.length > 0 ? rule.peers.flatMap((peer) => this.#selected(peer, namespace)) : this.#endpoints;
    return targets.flatMap(({ pod, ip }) => portMatches(port, pod).map((match) => `ip daddr ${ip} ${match}`));
  }

  #peerMatches({ peers }: Rule, side: string, namespace: string): readonly string[] {
    if (peers.length === 0) return [''];
    return peers.flatMap((peer) => {
      if (peer.ipBlock) return blockMatches(peer.ipBlock, side);
      const addresses = this.#selected(peer, namespace).map(({ ip }) => ip);
      return addresses.length > 0 ? [`ip ${side} { ${addresses.join(', ')} } `] : [];
    });
  }

  /** Without a selector of namespaces, pods of the policy's own. */
  #selected({ podSelector = {}, namespaceSelector, ipBlock }: PolicyPeer, own: string): readonly Endpoint[] {
    if (ipBlock) return [];
    return this.#endpoints.filter(
      ({ pod: { metadata } }) =>
        this.#isNamespaceSelected(namespaceSelector, metadata.namespace ?? '', own) &&
        selects(podSelector, metadata.labels),
    );
  }

  #isNamespaceSelected(selector: LabelSelector | undefined, namespace: string, own: string): boolean {
    if (!selector) return namespace === own;
    const labels = this.#namespaces.get(namespace);
    return labels !== undefined && selects(selector, labels);
  }
}

/** Without types: ingress, and egress where there is a list of it (networking/v1). */
function typesOf(spec: NetworkPolicy['spec']): ReadonlySet<Direction> {
  const types = spec?.policyTypes ?? (spec?.egress ? ['Ingress', 'Egress'] : ['Ingress']);
  return new Set(types.map((type) => (type === 'Ingress' ? 'ingress' : 'egress')));
}

function rulesOf({ spec }: NetworkPolicy, direction: Direction): readonly Rule[] {
  return direction === 'ingress'
    ? (spec?.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : (spec?.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }));
}

/** Pods have IPv4 addresses alone: a block of IPv6 matches none. */
function blockMatches({ cidr, except = [] }: NonNullable<PolicyPeer['ipBlock']>, side: string): readonly string[] {
  if (cidr.includes(':')) return [];
  const without = except.length > 0 ? `ip ${side} != { ${except.join(', ')} } ` : '';
  // nft takes no block of all addresses in an expression.
  return [`${cidr.endsWith('/0') ? 'meta nfproto ipv4 ' : `ip ${side} ${cidr} `}${without}`];
}

/** Matches of a port of that pod; none where it has no port of that name. */
function portMatches(port: PolicyPort | undefined, pod: Pod): readonly string[] {
  if (!port) return [''];
  const protocol = port.protocol ?? 'TCP';
  const name = protocol.toLowerCase();
  if (port.port === undefined) return [`meta l4proto ${name} `];
  if (typeof port.port === 'number') {
    const range = port.endPort === undefined ? '' : `-${String(port.endPort)}`;
    return [`${name} dport ${String(port.port)}${range} `];
  }
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return ports
    .filter((candidate) => candidate.name === port.port && (candidate.protocol ?? 'TCP') === protocol)
    .map(({ containerPort }) => `${name} dport ${String(containerPort)} `);
}
