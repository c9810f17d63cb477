{{- /* Fails where scraping is asked for, and the network lets nobody scrape. Takes values. */ -}}
{{- define "eso.check.scraped" -}}
{{- $policy := .values.networkPolicy -}}
{{- if and $policy.enabled (not $policy.metricsFrom) -}}
{{- $asks := dict "serviceMonitor.enabled" .values.serviceMonitor.enabled -}}
{{- with .values.metrics }}{{ $_ := set $asks "metrics.service.enabled" .service.enabled }}{{ end -}}
{{- range $value, $on := $asks -}}
{{- if $on -}}
{{- fail (printf "%s is true, and networkPolicy.metricsFrom is empty: the network would let nobody scrape. Say where Prometheus runs, such as --set-json 'networkPolicy.metricsFrom=[{\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"monitoring\"}}}]', or bring policies of your own with networkPolicy.enabled=false" $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Takes root, name, component, values (with serviceMonitor). The Service has a port called metrics. */ -}}
{{- define "eso.monitors" -}}
{{- $monitor := .values.serviceMonitor -}}
{{- if $monitor.enabled }}
{{- $known := .root.Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor" }}
{{- if and (not $known) (eq $monitor.renderMode "failIfMissing") }}
{{- fail "serviceMonitor.enabled: this cluster does not know ServiceMonitors. Install the CRDs of the Prometheus operator first, or set serviceMonitor.renderMode to skipIfMissing" }}
{{- end }}
{{- if or $known (eq $monitor.renderMode "alwaysRender") }}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
    {{- with $monitor.additionalLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "eso.selectorLabels" . | nindent 6 }}
  namespaceSelector:
    matchNames: [{{ .root.Release.Namespace }}]
  endpoints:
    - port: metrics
      interval: {{ $monitor.interval }}
      scrapeTimeout: {{ $monitor.scrapeTimeout }}
      honorLabels: {{ $monitor.honorLabels }}
      {{- if .secure }}
      scheme: https
      bearerTokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
      tlsConfig:
        {{- toYaml $monitor.tlsConfig | nindent 8 }}
      {{- end }}
      {{- with $monitor.metricRelabelings }}
      metricRelabelings:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $monitor.relabelings }}
      relabelings:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
{{- end }}
{{- end -}}
