{{- /* All that a provider's chart installs: its one template is {{ include "provider.all" . }}. Takes the scope of the chart. */ -}}
{{- define "provider.all" -}}
{{- $v := .Values -}}
{{- $name := .Chart.Name -}}
{{- $namespace := .Release.Namespace -}}
{{- $common := dict "root" . "name" $name "component" "provider" -}}
{{- include "provider.check" . -}}
{{- $account := $v.serviceAccount.name | default $name -}}
{{- $homes := dict $name $namespace "external-secrets" $v.coreNamespace -}}
{{- $adminNamespaces := $v.adminNamespaces | default (list $namespace) -}}
{{- if $v.installCRDs }}{{ include "eso.crds" $common }}{{ end }}
{{- if $v.admissionPolicies.enabled }}
{{- include "eso.admission" (merge (dict "homes" $homes "accounts" (dict $name $account) "adminNamespaces" $adminNamespaces) $common) }}
{{- end }}
{{ include "eso.serviceAccount" (merge (dict "account" $v.serviceAccount) $common) }}
{{- if $v.rbac.create }}
{{- $places := dict
  "provider-namespace" (list $namespace)
  "tenant-namespace" $v.tenantNamespaces
  "credential-namespace" $v.credentialNamespaces
  "token-namespace" $v.tokenNamespaces }}
{{- $rights := dict "text" (.Files.Get "files/rbac.yaml") "places" $places "clusterWide" $v.allTenantNamespaces "homes" $homes
  "accounts" (dict $name $account) "names" $v.secretNames "tokenNames" $v.serviceAccountNames }}
{{ include "eso.rights" (merge $rights $common) }}
{{- $certificates := dict "text" (.Subcharts.provider.Files.Get "files/core-rbac.yaml") "scopes" (list "provider-namespace")
  "places" (dict "provider-namespace" (list $namespace)) "homes" $homes
  "accounts" (dict "cert-manager-controller" $v.certManagerControllerServiceAccount) }}
{{ include "eso.rights" (merge $certificates $common) }}
{{ include "eso.aggregated" (merge (dict "prefix" $name "kinds" (include "eso.namespacedKinds" . | fromYaml)) $common) }}
{{- end }}
{{ include "provider.service" $common }}
{{ include "eso.deployment" (merge (dict "app" $name "values" $v
  "args" (list
    (printf "--admin-namespaces=%s" (join "," $adminNamespaces))
    (printf "--loglevel=%s" $v.log.level)
    (printf "--zap-time-encoding=%s" $v.log.timeEncoding))
  "flags" (list "listen" "metrics-addr" "health-addr" "cert-dir")
  "ports" (list (dict "name" "grpc" "port" 8080) (dict "name" "metrics" "port" 8081) (dict "name" "health" "port" 8082))
  "mounts" (list (dict "name" "certs" "path" "/etc/provider/certs" "secret" "external-secrets-provider-tls" "optional" true))
) $common) }}
{{ include "eso.podDisruptionBudget" (merge (dict "values" $v) $common) }}
{{ include "eso.networkPolicy" (merge (dict "policy" $v.networkPolicy "ingress" (include "provider.ingress" .)
  "egress" (ternary (toYaml $v.networkPolicy.egress) "" (gt (len $v.networkPolicy.egress) 0))) $common) }}
{{ include "eso.monitors" (merge (dict "values" $v) $common) }}
{{- if and $v.class.enabled (.Files.Get "files/class.yaml") }}
{{- $class := .Files.Get "files/class.yaml" | replace (printf "%s.%s.svc" $name $name) (printf "%s.%s.svc" $name $namespace) | fromYaml }}
{{- $_ := set $class.metadata "labels" (include "eso.labels" $common | fromYaml) }}
---
{{ toYaml $class }}
{{- end }}
{{- end -}}

{{- define "provider.service" -}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
    external-secrets.io/provider: "true"
    {{- if .root.Values.shared }}
    external-secrets.io/provider-shared: "true"
    {{- end }}
  {{- with .root.Values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: ClusterIP
  {{- with .root.Values.service.ipFamilyPolicy }}
  ipFamilyPolicy: {{ . }}
  {{- end }}
  {{- with .root.Values.service.ipFamilies }}
  ipFamilies:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  selector:
    {{- include "eso.selectorLabels" . | nindent 4 }}
  ports:
    - name: grpc
      port: 8080
      targetPort: grpc
      protocol: TCP
    - name: metrics
      port: 8081
      targetPort: metrics
      protocol: TCP
{{- end -}}

{{- define "provider.ingress" -}}
- ports:
    - port: 8080
      protocol: TCP
  from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .Values.coreNamespace }}
      podSelector:
        matchLabels:
          app.kubernetes.io/name: external-secrets
          app.kubernetes.io/component: core
{{ include "eso.ingress.observed" (dict "policy" .Values.networkPolicy "metrics" 8081 "health" 8082) }}
{{- end -}}

{{- /* What cannot be meant, and what has to be there first. Takes the scope of the chart. */ -}}
{{- define "provider.check" -}}
{{- $v := .Values -}}
{{- include "eso.kubernetesVersion" . -}}
{{- range $value, $allowed := dict
  "secretNames" (concat $v.tenantNamespaces $v.credentialNamespaces (list .Release.Namespace))
  "serviceAccountNames" $v.tokenNamespaces -}}
{{- range $namespace, $_ := index $v $value -}}
{{- if not (has $namespace $allowed) -}}
{{- fail (printf "%s.%s: names are given for a namespace that no right is for. Add %s to %s, or take the names out" $value $namespace $namespace (ternary "tokenNamespaces" "tenantNamespaces or credentialNamespaces" (eq $value "serviceAccountNames"))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "eso.check.scraped" (dict "values" $v) -}}
{{- if include "eso.clusterIsAsked" . -}}
{{- if and $v.class.enabled (not (lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "clusterproviderclasses.external-secrets.io")) -}}
{{- fail "class.enabled: the CRD clusterproviderclasses.external-secrets.io is not in the cluster. Install the chart external-secrets first, or set class.enabled=false" -}}
{{- end -}}
{{- include "eso.onlyInstallation" (dict "root" . "role" .Chart.Name "why" "its class and cluster roles have one name each") -}}
{{- include "eso.crdsAreThere" (dict "root" .) -}}
{{- range $value := list "tenantNamespaces" "credentialNamespaces" "tokenNamespaces" -}}
{{- range $namespace := index $v $value -}}
{{- include "eso.namespaceIsThere" (dict "value" $value "namespace" $namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
