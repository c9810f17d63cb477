/** What the keeper tells whoever started it, and what is written down of a running cluster. */

/** Content of the state file. */
export interface ClusterState {
  /** Process that keeps the cluster; SIGTERM to it ends everything. */
  readonly keeper: number;
  /** Process of `unshare`, parent of the first process inside. */
  readonly sandbox: number;
  /** Path of the administrator's kubeconfig for programs outside of the cluster's namespaces. */
  readonly kubeconfig: string;
  /** Port on 127.0.0.1 that leads to the API server. */
  readonly port: number;
}

/** One message of the keeper. */
export type KeeperMessage =
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'ready'; readonly state: ClusterState }
  /** With the end of the log: that goes with the cluster. */
  | { readonly kind: 'failed'; readonly log: string };
