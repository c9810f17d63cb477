{{- /*
What pods of one name may be asked and may ask, and nothing else. Takes root, name, component, policy (the values), ingress and egress (rules
as YAML lists).
*/ -}}
{{- define "eso.networkPolicy" -}}
{{- if .policy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "eso.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- .ingress | nindent 4 }}
    {{- with .policy.extraIngress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  egress:
    {{- include "eso.egress.cluster" .policy | nindent 4 }}
    {{- with .egress }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with .policy.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end -}}

{{- /* Metrics to whom they are for; probes to every node, whose address nobody knows. Takes policy, metrics and health (ports). */ -}}
{{- define "eso.ingress.observed" -}}
- ports:
    - port: {{ .health }}
      protocol: TCP
{{- if .policy.metricsFrom }}
- ports:
    - port: {{ .metrics }}
      protocol: TCP
  from:
    {{- toYaml .policy.metricsFrom | nindent 4 }}
{{- end }}
{{- end -}}

{{- /*
DNS and the API server. A policy cannot name the API server: it gets the addresses that the cluster says at the time of the installation, and the
private ranges, since they may change. Takes the values of the policy.
*/ -}}
{{- define "eso.egress.cluster" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
  to:
    {{- toYaml .dns | nindent 4 }}
- ports:
    {{- range .apiServer.ports }}
    - port: {{ . }}
      protocol: TCP
    {{- end }}
  to:
    {{- range .apiServer.cidrs }}
    - ipBlock:
        cidr: {{ . }}
    {{- end }}
{{- $slice := lookup "discovery.k8s.io/v1" "EndpointSlice" "default" "kubernetes" }}
{{- if $slice }}
- ports:
    {{- range $slice.ports }}
    - port: {{ .port }}
      protocol: TCP
    {{- end }}
  to:
    {{- range $slice.endpoints }}
    {{- range .addresses }}
    - ipBlock:
        cidr: {{ . }}/{{ ternary 128 32 (contains ":" .) }}
    {{- end }}
    {{- end }}
{{- end }}
{{- end -}}
