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

{{- /* What users of a namespace may do with the kinds that live there. Takes root, name, component. */ -}}
{{- define "external-secrets.aggregated" -}}
{{- $rbac := .root.Values.rbac -}}
{{- $labels := include "eso.labels" . -}}
{{- range $name, $of := dict
  "view" (dict "verbs" (list "get" "list" "watch") "to" (dict "view" $rbac.aggregateToView "edit" $rbac.aggregateToEdit "admin" $rbac.aggregateToAdmin))
  "edit" (dict "verbs" (list "create" "delete" "deletecollection" "patch" "update") "to" (dict "edit" $rbac.aggregateToEdit "admin" $rbac.aggregateToAdmin)) }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: external-secrets-{{ $name }}
  labels:
    {{- $labels | nindent 4 }}
    {{- range $role, $on := $of.to }}
    {{- if $on }}
    rbac.authorization.k8s.io/aggregate-to-{{ $role }}: "true"
    {{- end }}
    {{- end }}
rules:
  - apiGroups: [external-secrets.io]
    resources: [externalsecrets, secretstores, providers]
    verbs: {{ toJson $of.verbs }}
{{- end }}
{{- end -}}
