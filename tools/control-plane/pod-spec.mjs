// What a pod is asked for: the types that the kubelet and its parts share.

/**
 * @typedef {object} PodSpec
 * @property {string} namespace
 * @property {string} name
 * @property {string} serviceAccount its token, namespace and CA are in the directory that POD_SERVICE_ACCOUNT_DIR names
 * @property {readonly [string, ...string[]]} command program and arguments. `$(NAME)` stands for a variable of the
 *   environment, as in a pod: `$(PORT_GRPC)` for the port called `grpc`, `$(VOLUME_CERTS)` for the directory of `certs`
 * @property {Readonly<Record<string, string>>} [env] more variables; `$(NAME)` works here, too. A process gets these,
 *   PATH, HOME, KUBECONFIG, POD_*, KUBERNETES_SERVICE_*, PORT_*, VOLUME_*, and nothing else of this process's environment
 * @property {readonly string[]} [ports] names of the loopback ports it listens on
 * @property {Readonly<Record<string, SecretSource>>} [volumes] directories by name
 * @property {'Always' | 'Never'} [restartPolicy] default Always
 * @property {number} [tokenSeconds] life of its token; default and least 600
 * @property {ApiServerAddress} [apiServer] where its kubeconfig sends it, such as a proxy; default: the API server itself
 *
 * @typedef {object} ApiServerAddress
 * @property {string} url `https://host:port`
 * @property {string} ca PEM of the CA that its serving certificate is verified with
 *
 * @typedef {object} SecretSource
 * @property {string} secret name of a Secret in the pod's namespace
 * @property {boolean} [optional] start without it; default false: the pod waits until it exists
 * @property {number} [mode] of the files; default 0o400
 */

export {};
