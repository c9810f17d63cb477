/** Keeps the rules of nftables as the API server's NetworkPolicies, pods and namespaces say. For tests, on one node. */
import { spawn } from 'node:child_process';
import { createInformer, KubeClient, loadConnection, type Namespace, resourceType } from '@eso/kube';
import type { NetworkPolicy, Pod } from './objects.ts';
import { rulesetOf } from './ruleset.ts';

const PODS = resourceType<Pod>('', 'v1', 'pods', 'Pod', 'Namespaced');
const NAMESPACES = resourceType<Namespace>('', 'v1', 'namespaces', 'Namespace', 'Cluster');
const POLICIES = resourceType<NetworkPolicy>(
  'networking.k8s.io',
  'v1',
  'networkpolicies',
  'NetworkPolicy',
  'Namespaced',
);

/** What enforcing needs. */
export interface EnforceOptions {
  readonly kubeconfig: string;
  /** Path of nft. */
  readonly nft: string;
  /** LD_LIBRARY_PATH of nft. */
  readonly libraries: string;
  /** Range of the pods' addresses. */
  readonly pods: string;
  /** Told when rules cannot be set. What is set stays, and pods it does not know get and send nothing. */
  readonly fail: (error: unknown) => void;
}

/** Starts it; what there is now is enforced when this resolves, and what comes later soon after it was seen. */
export async function enforcePolicies({
  kubeconfig,
  nft,
  libraries,
  pods: range,
  fail,
}: EnforceOptions): Promise<void> {
  const client = new KubeClient({ connection: await loadConnection({ kubeconfig }) });
  const { signal } = new AbortController();
  const pods = createInformer(client, PODS);
  const namespaces = createInformer(client, NAMESPACES);
  const policies = createInformer(client, POLICIES);
  const informers = [pods, namespaces, policies];
  let applied = '';
  const apply = async (): Promise<void> => {
    const ruleset = rulesetOf(
      { policies: policies.store.list(), pods: pods.store.list(), namespaces: namespaces.store.list() },
      range,
    );
    if (ruleset === applied) return;
    await load(nft, libraries, ruleset);
    applied = ruleset;
  };
  const changed = oneAtATime(apply, fail);
  for (const informer of informers) informer.start(signal);
  await Promise.all(informers.map((informer) => informer.waitForSync(signal)));
  await apply();
  for (const informer of informers) informer.addHandler({ add: changed, update: changed, delete: changed });
}

/** Runs `work` after each call, never twice at once; calls that come meanwhile lead to one more run. */
function oneAtATime(work: () => Promise<void>, fail: (error: unknown) => void): () => void {
  let isWaiting = false;
  let last = Promise.resolve();
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    last = last.then(() => {
      isWaiting = false;
      return work();
    });
    last.catch(fail);
  };
}

/** All of it in one transaction: there is no moment without rules. */
async function load(nft: string, libraries: string, ruleset: string): Promise<void> {
  const child = spawn(nft, ['-f', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.on('error', () => undefined); // it ended before it had read everything: its own words say why
  child.stdin.end(ruleset);
  const code = await new Promise<number | null>((done, refuse) => {
    child.once('error', refuse);
    child.once('close', done);
  });
  if (code !== 0) throw new Error(`nft refused the rules: ${errors.trim()}\n${ruleset}`);
}
