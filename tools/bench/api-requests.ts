import type { KubeClient } from '@eso/kube';

/** Requests that the API server has counted, by `VERB resource[/subresource]`. Leases and scrapes are left out. */
export type RequestCounts = ReadonlyMap<string, number>;

const SAMPLE = /^apiserver_request_total\{(?<labels>[^}]*)\} (?<value>\S+)$/gm;

/** Reads the counters from the API server's own metrics. */
export async function requestCounts(client: KubeClient): Promise<RequestCounts> {
  const text = (await client.request('GET', '/metrics', { accept: 'text/plain' })) as string;
  const counts = new Map<string, number>();
  for (const { groups } of text.matchAll(SAMPLE)) {
    const labels: Record<string, string> = {};
    for (const [, name = '', value = ''] of (groups?.['labels'] ?? '').matchAll(/(\w+)="([^"]*)"/g))
      labels[name] = value;
    const { verb = '', resource = '', subresource = '' } = labels;
    if (resource === '' || resource === 'leases') continue;
    const name = `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
    counts.set(name, (counts.get(name) ?? 0) + Number(groups?.['value']));
  }
  return counts;
}

/** What came between two readings, without what the benchmark itself asked for. */
export function requestsBetween(before: RequestCounts, after: RequestCounts, own: RequestCounts): Map<string, number> {
  const between = new Map<string, number>();
  for (const [name, count] of after) {
    const more = count - (before.get(name) ?? 0) - (own.get(name) ?? 0);
    if (more !== 0) between.set(name, more);
  }
  return new Map([...between].sort(([, a], [, b]) => b - a));
}
