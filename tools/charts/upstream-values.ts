/** Names of the values of chart external-secrets 2.9.0 of External Secrets, by which users know them. */
export const UPSTREAM_VALUES: readonly string[] = [
  ...under(
    'global',
    'nodeSelector tolerations topologySpreadConstraints affinity hostAliases podLabels podAnnotations',
  ),
  ...under('global', 'imagePullSecrets repository compatibility.openshift.adaptSecurityContext'),
  ...words('replicaCount revisionHistoryLimit installCRDs imagePullSecrets commonLabels'),
  ...under('image', 'repository tag pullPolicy flavour'),
  ...under('crds', 'createClusterExternalSecret createClusterSecretStore createSecretStore createClusterGenerator'),
  ...under('crds', 'createClusterPushSecret createPushSecret annotations conversion.enabled unsafeServeV1Beta1'),
  ...words('nameOverride fullnameOverride namespaceOverride'),
  ...words(
    'leaderElect leaderElectionID leaderElectionLeaseDuration leaderElectionRenewDeadline leaderElectionRetryPeriod',
  ),
  ...words('controllerClass extendedMetricLabels scopedNamespace scopedRBAC openshiftFinalizers systemAuthDelegator'),
  ...words('processClusterExternalSecret processClusterPushSecret processClusterStore processSecretStore'),
  ...words('processClusterGenerator processPushSecret storeRequeueInterval createOperator enableHTTP2 concurrent'),
  ...under('genericTargets', 'enabled resources'),
  ...under('vault', 'enableTokenCache tokenCacheSize'),
  ...under('log', 'level timeEncoding'),
  ...under('service', 'ipFamilyPolicy ipFamilies'),
  ...under('serviceAccount', 'create automount annotations extraLabels name'),
  ...under(
    'rbac',
    'create serviceAccountTokenCreate servicebindings.create aggregateToView aggregateToEdit aggregateToAdmin',
  ),
  ...words('extraEnv extraArgs extraVolumes extraVolumeMounts extraObjects extraInitContainers extraContainers'),
  ...words('deploymentAnnotations strategy podAnnotations podLabels podSecurityContext securityContext resources'),
  ...under('serviceMonitor', 'enabled renderMode namespace additionalLabels interval scrapeTimeout honorLabels'),
  ...under('serviceMonitor', 'metricRelabelings relabelings'),
  ...under('metrics.listen', 'port auth.enabled secure.enabled secure.certDir secure.certFile secure.keyFile'),
  ...under('metrics.service', 'enabled port annotations'),
  ...under('grafanaDashboard', 'enabled sidecarLabel sidecarLabelValue annotations extraLabels'),
  ...under('livenessProbe', 'enabled spec'),
  ...under('readinessProbe', 'enabled spec'),
  ...words(
    'nodeSelector tolerations topologySpreadConstraints affinity priorityClassName schedulerName runtimeClassName',
  ),
  ...words('hostNetwork hostUsers hostAliases dnsPolicy dnsConfig networkPolicy podSpecExtra'),
  ...under('podDisruptionBudget', 'enabled minAvailable'),
  ...under('webhook', 'create replicaCount certCheckInterval lookaheadInterval certDir port failurePolicy'),
  ...under('webhook', 'certManager.enabled certManager.addInjectorAnnotations certManager.cert.create'),
  ...under('webhook', 'readinessProbe livenessProbe startupProbe metrics serviceMonitor image rbac'),
  ...under('certController', 'create requeueInterval enablePartialCache replicaCount image'),
  ...under('bitwarden-sdk-server', 'enabled'),
];

function words(text: string): string[] {
  return text.split(' ');
}

function under(parent: string, text: string): string[] {
  return words(text).map((name) => `${parent}.${name}`);
}
