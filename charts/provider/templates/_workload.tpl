{{- /*
A Deployment with one container. Takes
  root, name, component
  app      the program: its image is localhost/external-secrets/<app>
  values   the part of the values that is about its pods
  args     its flags, as a list
  flags    names of more flags that no value of extraArgs may give
  ports    list of {name, port}; one is called health
  mounts   list of {name, path, secret, optional}: Secrets as directories
*/ -}}
{{- define "eso.deployment" -}}
{{- $v := .values -}}
{{- include "eso.flagsAreFree" (dict "name" .name "args" .args "extraArgs" $v.extraArgs "more" .flags) -}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
  {{- with $v.deploymentAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  replicas: {{ $v.replicaCount }}
  revisionHistoryLimit: {{ $v.revisionHistoryLimit }}
  {{- with $v.strategy }}
  strategy:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "eso.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "eso.podLabels" . | nindent 8 }}
        {{- with merge (dict) ($v.podLabels | default dict) (.root.Values.commonLabels | default dict) }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $v.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ $v.serviceAccount.name | default .name }}
      automountServiceAccountToken: true
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- toYaml $v.podSecurityContext | nindent 8 }}
      terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds }}
      {{- range $field := list "priorityClassName" "runtimeClassName" "schedulerName" "dnsPolicy" }}
      {{- with index $v $field }}
      {{ $field }}: {{ . }}
      {{- end }}
      {{- end }}
      {{- range $field := list "nodeSelector" "affinity" "tolerations" "hostAliases" "dnsConfig" }}
      {{- with index $v $field }}
      {{ $field }}:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
      topologySpreadConstraints:
        {{- if $v.topologySpreadConstraints }}
        {{- toYaml $v.topologySpreadConstraints | nindent 8 }}
        {{- else }}
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "eso.selectorLabels" . | nindent 14 }}
        {{- end }}
      containers:
        - name: {{ .app }}
          image: {{ include "eso.image" (dict "root" .root "image" $v.image "app" .app) }}
          imagePullPolicy: {{ $v.image.pullPolicy }}
          securityContext:
            {{- toYaml $v.securityContext | nindent 12 }}
          args:
            {{- range concat .args (include "eso.extraArgs" $v.extraArgs | fromYamlArray) }}
            - {{ . | quote }}
            {{- end }}
          env:
            {{- range $name, $path := dict "POD_IP" "status.podIP" "POD_NAME" "metadata.name" "POD_NAMESPACE" "metadata.namespace" }}
            - name: {{ $name }}
              valueFrom:
                fieldRef:
                  fieldPath: {{ $path }}
            {{- end }}
            {{- with $v.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            {{- range .ports }}
            - name: {{ .name }}
              containerPort: {{ .port }}
              protocol: TCP
            {{- end }}
          {{- range $probe, $path := dict "livenessProbe" "/livez" "readinessProbe" "/readyz" }}
          {{- $settings := index $v $probe }}
          {{- if $settings.enabled }}
          {{ $probe }}:
            httpGet:
              path: {{ $path }}
              port: health
            {{- toYaml (omit $settings "enabled") | nindent 12 }}
          {{- end }}
          {{- end }}
          {{- with $v.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          volumeMounts:
            {{- range .mounts }}
            - name: {{ .name }}
              mountPath: {{ .path }}
              readOnly: true
            {{- end }}
            {{- with $v.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        {{- range .mounts }}
        - name: {{ .name }}
          secret:
            secretName: {{ .secret }}
            defaultMode: 288 # 0440, which readers of YAML 1.2 take for another number
            optional: {{ .optional }}
        {{- end }}
        {{- with $v.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end -}}

{{- /* Flags of a map: an empty value makes a bare flag. */ -}}
{{- define "eso.extraArgs" -}}
{{- range $name, $value := . }}
- {{ if eq (toString $value) "" }}{{ printf "--%s" $name | quote }}{{ else }}{{ printf "--%s=%v" $name $value | quote }}{{ end }}
{{- else }}[]
{{- end }}
{{- end -}}

{{- /* Only where there is more than one pod: with one, no node could be drained. Takes root, name, component, values. */ -}}
{{- define "eso.podDisruptionBudget" -}}
{{- if and .values.podDisruptionBudget.enabled (gt (int .values.replicaCount) 1) }}
{{- if ge (int .values.podDisruptionBudget.minAvailable) (int .values.replicaCount) }}
{{- fail (printf "podDisruptionBudget.minAvailable of %s is %d with a replicaCount of %d: no node could be drained. Have it below the number of replicas" .name (int .values.podDisruptionBudget.minAvailable) (int .values.replicaCount)) }}
{{- end }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "eso.labels" . | nindent 4 }}
spec:
  minAvailable: {{ .values.podDisruptionBudget.minAvailable }}
  selector:
    matchLabels:
      {{- include "eso.selectorLabels" . | nindent 6 }}
{{- end }}
{{- end -}}
