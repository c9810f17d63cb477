{{- /* ServiceAccount as the files have it → its name here, as YAML. Takes the scope of the chart. */ -}}
{{- define "external-secrets.accounts" -}}
external-secrets: {{ .Values.serviceAccount.name | default "external-secrets" }}
cert-manager-controller: {{ .Values.certManagerController.serviceAccount.name | default "cert-manager-controller" }}
{{- end -}}

{{- /* Rights on the kinds of genericTargets. Takes root, name, component, where (a namespace, or "" for all). */ -}}
{{- define "external-secrets.genericTargets" -}}
{{- $prefix := ternary "" "Cluster" (ne .where "") -}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $prefix }}Role
metadata:
  name: external-secrets-core-generic-targets
  {{- with .where }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
rules:
  {{- range .root.Values.genericTargets.resources }}
  - apiGroups: [{{ .apiGroup | quote }}]
    resources: {{ toJson .resources }}
    verbs: {{ toJson .verbs }}
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $prefix }}RoleBinding
metadata:
  name: external-secrets-core-generic-targets
  {{- with .where }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $prefix }}Role
  name: external-secrets-core-generic-targets
subjects:
  - kind: ServiceAccount
    name: {{ index .accounts "external-secrets" }}
    namespace: {{ .root.Release.Namespace }}
{{- end -}}
