/** Ends pods of ours without a warning, as a node that fails or an administrator in a hurry does. */
import type { Cluster } from '../up.ts';
import type { Workload } from './releases.ts';

/** `process`: the container's first process gets SIGKILL. `pod`: the pod is deleted with no time to end. */
export type Kill = 'process' | 'pod';

/** A pod as it is listed. */
interface ListedPod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly containerID?: string;
      readonly state: { readonly running?: object };
    }[];
  };
}

/** Names of the pods of a Deployment, in the order of their names. */
export async function podsOf(cluster: Cluster, { namespace, deployment }: Workload): Promise<ListedPod[]> {
  const selector = `app.kubernetes.io/name=${deployment}`;
  const list = await cluster.kubectl('-n', namespace, 'get', 'pods', '-l', selector, '-o', 'json');
  return (JSON.parse(list) as { readonly items: ListedPod[] }).items;
}

/**
 * Ends one pod.
 * @param choose picks one of those that run
 * @returns its name; undefined where none runs at the moment
 */
export async function killOne(
  cluster: Cluster,
  workload: Workload,
  kill: Kill,
  choose: (pods: number) => number,
): Promise<string | undefined> {
  const running = (await podsOf(cluster, workload)).filter(
    ({ status }) => status.containerStatuses?.[0]?.state.running,
  );
  const pod = running[choose(running.length)];
  if (!pod) return undefined;
  if (kill === 'pod') {
    const now = ['--grace-period=0', '--force', '--ignore-not-found', '--wait=false'];
    await cluster.kubectl('-n', workload.namespace, 'delete', 'pod', pod.metadata.name, ...now);
  } else {
    const id = pod.status.containerStatuses?.[0]?.containerID?.replace('containerd://', '') ?? '';
    // It may have ended by itself since it was listed.
    await cluster.ctr('tasks', 'kill', '--signal', 'SIGKILL', id).catch((error: unknown) => {
      if (!/not found|already finished/.test(String(error))) throw error;
    });
  }
  return pod.metadata.name;
}
