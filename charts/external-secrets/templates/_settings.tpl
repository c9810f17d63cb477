{{- /* What the values together mean, as YAML: namespaces that are served (empty: all), and whether cluster-scoped stores are. Takes the scope of the chart. */ -}}
{{- define "external-secrets.served" -}}
{{- $v := .Values -}}
{{- if and $v.scopedNamespace (not $v.scopedRBAC) -}}
{{- fail "scopedNamespace is given, and scopedRBAC is false: rights follow what is served here. Set scopedRBAC=true to serve that namespace alone" -}}
{{- end -}}
{{- if and $v.scopedRBAC $v.watchNamespaces -}}
{{- fail "scopedRBAC and watchNamespaces exclude each other: scopedRBAC serves one namespace, watchNamespaces those of the list. Take one of them out" -}}
{{- end -}}
{{- $namespaces := $v.watchNamespaces -}}
{{- if $v.scopedRBAC }}{{ $namespaces = list ($v.scopedNamespace | default .Release.Namespace) }}{{ end -}}
{{- if and $namespaces $v.processClusterStore -}}
{{- fail "processClusterStore is true, and not all namespaces are served: cluster-scoped stores need rights on the whole cluster. Leave processClusterStore out, or serve all namespaces (no watchNamespaces, no scopedRBAC)" -}}
{{- end -}}
{{- if and $v.metrics.listen.auth.enabled (not $v.metrics.listen.secure.enabled) -}}
{{- fail "metrics.listen.auth.enabled needs metrics.listen.secure.enabled: a token must not go over plain HTTP. Set metrics.listen.secure.enabled=true" -}}
{{- end -}}
{{- if and (not $v.leaderElect) (gt (int $v.replicaCount) 1) -}}
{{- fail "leaderElect is false with a replicaCount above 1: two would write the same Secrets. Set leaderElect=true, or replicaCount=1" -}}
{{- end -}}
{{- if and $v.genericTargets.enabled (not $v.genericTargets.resources) $v.rbac.create -}}
{{- fail "genericTargets.enabled is true, and genericTargets.resources is empty: core may write no kind. List the kinds, or set genericTargets.enabled=false" -}}
{{- end -}}
{{- $cluster := empty $namespaces -}}
{{- if kindIs "bool" $v.processClusterStore }}{{ $cluster = $v.processClusterStore }}{{ end -}}
namespaces: {{ toJson $namespaces }}
clusterStores: {{ $cluster }}
{{- end -}}

{{- /* What the cluster says against it, where it can be asked. Takes the scope of the chart, and served. */ -}}
{{- define "external-secrets.check" -}}
{{- $root := .root -}}
{{- if include "eso.clusterIsAsked" $root -}}
{{- range $value, $namespaces := dict "watchNamespaces" .served.namespaces "providerNamespaces" $root.Values.providerNamespaces -}}
{{- range $namespaces -}}
{{- if ne . $root.Release.Namespace -}}
{{- include "eso.namespaceIsThere" (dict "value" $value "namespace" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- /* Who installs in one namespace alone may not ask for it, and brings none. */ -}}
{{- $role := dict -}}
{{- if $root.Values.rbac.create }}{{ $role = lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "external-secrets-core" }}{{ end -}}
{{- if $role -}}
{{- $annotations := $role.metadata.annotations | default dict -}}
{{- $release := index $annotations "meta.helm.sh/release-name" | default "" -}}
{{- $namespace := index $annotations "meta.helm.sh/release-namespace" | default "" -}}
{{- if and $release (not (and (eq $release $root.Release.Name) (eq $namespace $root.Release.Namespace))) -}}
{{- fail (printf "external-secrets is installed in this cluster already, as release %s in namespace %s; two would write the same Secrets. Upgrade that one (helm upgrade %s --namespace %s …), or uninstall it first" $release $namespace $release $namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Flags of core, as a YAML list. Takes root, served. */ -}}
{{- define "external-secrets.coreFlags" -}}
{{- $v := .root.Values -}}
- --metrics-addr=:{{ $v.metrics.listen.port }}
- --concurrent={{ $v.concurrent }}
- --enable-leader-election={{ $v.leaderElect }}
- --enable-cluster-store-reconciler={{ .served.clusterStores }}
{{- with .served.namespaces }}
- --namespaces={{ join "," . }}
{{- end }}
{{- range $flag, $value := dict
  "leader-election-id" $v.leaderElectionID
  "leader-election-lease-duration" $v.leaderElectionLeaseDuration
  "leader-election-renew-deadline" $v.leaderElectionRenewDeadline
  "leader-election-retry-period" $v.leaderElectionRetryPeriod
  "controller-class" $v.controllerClass
  "store-requeue-interval" $v.storeRequeueInterval }}
{{- with $value }}
- --{{ $flag }}={{ . }}
{{- end }}
{{- end }}
{{- range $flag, $on := dict
  "enable-extended-metric-labels" $v.extendedMetricLabels
  "metrics-secure" $v.metrics.listen.secure.enabled
  "metrics-auth" $v.metrics.listen.auth.enabled
  "unsafe-allow-generic-targets" $v.genericTargets.enabled }}
{{- if $on }}
- --{{ $flag }}
{{- end }}
{{- end }}
- --loglevel={{ $v.log.level }}
- --zap-time-encoding={{ $v.log.timeEncoding }}
{{- end -}}
