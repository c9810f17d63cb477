{{- /*
The key-encryption key: made once, then taken from the cluster, and never deleted, since without it the stored authority cannot be read. Takes root,
name, component, secret, key.
*/ -}}
{{- define "external-secrets.keyEncryptionKey" -}}
{{- if not (include "eso.clusterIsAsked" .root) -}}
{{- fail "keyEncryptionKey.existingSecret is needed where no cluster is asked (helm template, a dry run of the client, GitOps): with a new key at each render the stored certificate authority could not be read. Make a Secret once (head -c 32 /dev/urandom | kubectl create secret generic NAME --from-file=key=/dev/stdin) and name it there" -}}
{{- end -}}
{{- $found := lookup "v1" "Secret" .root.Release.Namespace .secret -}}
{{- $value := randBytes 32 | b64enc -}}
{{- if $found -}}
{{- $value = index $found.data .key -}}
{{- if not $value -}}
{{- fail (printf "keyEncryptionKey.key: Secret %s in namespace %s is there and has no key %s. Name the one that it has" .secret .root.Release.Namespace .key) -}}
{{- end -}}
{{- end }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ .secret }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
data:
  {{ .key }}: {{ $value }}
{{- end -}}

{{- /* Takes root, name, component, port. */ -}}
{{- define "external-secrets.metricsService" -}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}-metrics
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
  {{- with .root.Values.metrics.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: ClusterIP
  selector:
    {{- include "eso.selectorLabels" . | nindent 4 }}
  ports:
    - name: metrics
      port: {{ .port }}
      targetPort: metrics
      protocol: TCP
{{- end -}}
