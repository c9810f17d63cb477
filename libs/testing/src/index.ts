/** What tests stand on: a real control plane, a kubelet's stand-in, certificates, proxies that break things. Specs alone import it. */
export * from './adverse/index.ts';
export * from './api-faults/index.ts';
export * from './http2-frames.ts';
export { type AwsAnswer, awsError, AwsProxy, type AwsRequest, type AwsScript } from './aws/aws-proxy.ts';
export { batchErrors } from './aws/batch-errors.ts';
export { type AdmissionOptions, applyAdmission, placeAdmission } from './cluster/admission.ts';
export {
  controlPlane,
  type OwnControlPlane,
  ownControlPlane,
  SHARED_CONTROL_PLANE_ENV,
} from './cluster/control-plane.ts';
export { installCrds } from './cluster/crds.ts';
export { applyManifest, type Manifest, parseManifests } from './cluster/manifest.ts';
export {
  applyRights,
  placeRights,
  RIGHTS_SCOPE_ANNOTATION,
  type RightsOptions,
  type RoleRule,
} from './cluster/rights.ts';
export { mayDo, serviceAccountUser } from './cluster/access-review.ts';
export { type Right, rightsOf, rightsTable } from './cluster/rights-table.ts';
export { type KubectlResult, type ServiceAccountRef, TestCluster } from './cluster/test-cluster.ts';
export { eventually, type EventuallyOptions } from './eventually.ts';
export { type Fault, FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
export { HalfOpenProxy } from './half-open-proxy.ts';
export { nodeErrorsAreErrors } from './node-errors.ts';
export {
  LAB_SERVER_NAME,
  LAB_SERVICE,
  type LabAuthority,
  type LabKeyPair,
  type LabLeafOptions,
  type LeafFault,
  TlsLab,
} from './tls/tls-lab.ts';
export * from './hostile/index.ts';
export * from './peers/index.ts';
export { copyWorkspace } from './workspace-copy.ts';
export { bundlePath, BUNDLES_ENV, type Origins, workspaceRoot } from './workspace.ts';
export {
  type ControlPlane,
  type ControlPlaneOptions,
  type ControlPlaneState,
} from '@eso/control-plane/control-plane.mjs';
export {
  type ApiServerAddress,
  type KubeletOptions,
  LocalKubelet,
  type PodSpec,
  type PodState,
} from '@eso/control-plane/kubelet.mjs';
export { ensureMoto, type Moto, type MotoOptions, startMoto } from '@eso/control-plane/moto.mjs';
export { type Pod } from '@eso/control-plane/pod.mjs';
export {
  type CoreSettings,
  ESO_NAMESPACE,
  Installation,
  type InstallationOptions,
  providerAddress,
  type ProviderSettings,
} from './installation/installation.ts';
