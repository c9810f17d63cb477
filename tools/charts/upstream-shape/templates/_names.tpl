{{- /* Name of what the release has: that of the release where it says external-secrets, otherwise both. */ -}}
{{- define "shape.name" -}}
{{- ternary .Release.Name (printf "%s-external-secrets" .Release.Name) (contains "external-secrets" .Release.Name) -}}
{{- end -}}

{{- /* Takes root, part ("", "-webhook", "-cert-controller"). */ -}}
{{- define "shape.selectorLabels" -}}
app.kubernetes.io/name: external-secrets{{ .part }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{- define "shape.labels" -}}
{{ include "shape.selectorLabels" . }}
helm.sh/chart: external-secrets-{{ .root.Chart.Version }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "shape.metadata" -}}
name: {{ include "shape.name" .root }}{{ .part }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "shape.labels" . | nindent 2 }}
{{- end -}}
