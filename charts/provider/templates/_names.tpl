{{- /* Labels, images and the question whether there is a cluster to ask. Each takes a dict; root is the scope of the chart. */ -}}

{{- /* What Deployments and policies select by. Takes root, name. Never changes: a selector cannot. */ -}}
{{- define "eso.selectorLabels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{- /* Of pods. Takes root, name, component. A user's own policies may count on them. */ -}}
{{- define "eso.podLabels" -}}
{{ include "eso.selectorLabels" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: external-secrets
{{- end -}}

{{- /* Of every object. Takes root, name, component. */ -}}
{{- define "eso.labels" -}}
{{ include "eso.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /*
Takes root, image, app. A digest says more than a tag, and wins. Without a repository images are those that were imported on the nodes: a name
without a registry would be fetched from a public one, where it is whoever's it is.
*/ -}}
{{- define "eso.image" -}}
{{- $repository := .image.repository | default (printf "localhost/external-secrets/%s" .app) -}}
{{- if .image.digest -}}
{{ $repository }}@{{ .image.digest }}
{{- else -}}
{{ $repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- /* "yes" where lookup has a cluster to ask, nothing with "helm template" and a dry run of the client. */ -}}
{{- define "eso.clusterIsAsked" -}}
{{- if lookup "v1" "Namespace" "" "kube-system" }}yes{{ end -}}
{{- end -}}
