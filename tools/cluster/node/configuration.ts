/** Configuration files of the node's daemons. JSON is YAML, too. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfigPath } from '../credentials.ts';
import { IMAGES } from '../images/test-images.ts';
import { CLUSTER_DOMAIN, type Layout, NETWORK, NODE } from '../layout.ts';
import type { Parts } from '../parts/parts.ts';

/** Paths of the files. */
export interface ConfigurationFiles {
  readonly containerd: string;
  readonly kubelet: string;
  readonly proxy: string;
}

/** Writes them into `config` of the cluster's folder. */
export function writeConfiguration(layout: Layout, parts: Parts): ConfigurationFiles {
  const dir = join(layout.dir, 'config');
  const cni = join(dir, 'cni');
  mkdirSync(cni, { recursive: true });
  const write = (name: string, content: unknown): string => {
    const path = join(dir, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
    return path;
  };
  write('cni/10-pods.conflist', podNetwork(layout));
  // Names outside of the cluster are for nobody to resolve.
  const resolvConf = write('resolv.conf', `nameserver ${NETWORK.dnsService}\n`);
  return {
    containerd: write('containerd.toml', containerd(layout, parts, cni)),
    kubelet: write('kubelet.json', kubelet(layout, resolvConf)),
    proxy: write('proxy.json', proxy(layout)),
  };
}

/** A pair of interfaces for each pod and a route to it: what pods send each other passes the node's own hooks. */
const podNetwork = (layout: Layout): unknown => ({
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'ptp',
      mtu: NETWORK.mtu,
      ipMasq: false,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: NETWORK.pods }]],
        routes: [{ dst: '0.0.0.0/0' }],
        dataDir: join(layout.dir, 'addresses'),
      },
    },
  ],
});

const containerd = (layout: Layout, { debian }: Parts, cni: string): string => `version = 2
root = "${join(layout.dir, 'containerd')}"
state = "/run/containerd"

[grpc]
address = "${layout.containerdSocket}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${IMAGES.pause}"
# Without CAP_SYS_RESOURCE nobody may lower the score.
restrict_oom_score_adj = true
enable_unprivileged_ports = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${debian.cniPlugins}"
conf_dir = "${cni}"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
`;

const kubelet = ({ dir, credentials, cgroup, containerdSocket }: Layout, resolvConf: string): unknown => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: join(credentials, 'ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  tlsCertFile: join(credentials, 'kubelet-server.crt'),
  tlsPrivateKeyFile: join(credentials, 'kubelet-server.key'),
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: cgroup,
  failCgroupV1: false,
  failSwapOn: false,
  oomScoreAdj: 0,
  clusterDNS: [NETWORK.dnsService],
  clusterDomain: CLUSTER_DOMAIN,
  resolvConf,
  volumePluginDir: join(dir, 'volume-plugins'),
  // An image that was collected could not be pulled again.
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    'memory.available': '50Mi',
    'nodefs.available': '1%',
    'imagefs.available': '1%',
    'nodefs.inodesFree': '1%',
  },
  syncFrequency: '10s',
  maxPods: 100,
});

const proxy = ({ credentials }: Layout): unknown => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'nftables',
  hostnameOverride: NODE,
  clientConnection: { kubeconfig: kubeconfigPath(credentials, 'proxy') },
  clusterCIDR: NETWORK.pods,
  bindAddress: NETWORK.node,
  metricsBindAddress: '127.0.0.1:10249',
  oomScoreAdj: 0,
  // The limit of connections belongs to the machine.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
});
