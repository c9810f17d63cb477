// Compares the speed of the engine with Go's, in one run:
//   node --conditions=@eso/source tools/template-oracle/bench.ts
// Ten templates as users write them, compiled and run; then the worst case of 1 MiB of input.
import { compile } from '@eso/template';
import { goTimings } from './go.ts';

const data = {
  host: 'db.example.com',
  port: '5432',
  user: 'app',
  password: 'p@ss"w0rd<>&\'',
  json: '{"username":"app","password":"s3cret","hosts":["a","b","c"],"tls":{"enabled":true,"port":6432}}',
  pem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  list: 'a,b,c,d,e,f',
};

const templates: Readonly<Record<string, string>> = {
  value: '{{ .password }}',
  url: 'postgresql://{{ .user }}:{{ .password | urlquery }}@{{ .host }}:{{ .port }}/app?sslmode=require',
  dockerconfig:
    '{"auths":{"{{ .host }}":{"username":"{{ .user }}","password":{{ .password | toJson }},"auth":"{{ printf "%s:%s" .user .password | b64enc }}"}}}',
  json: '{{ $j := fromJson .json }}{{ $j.username }}:{{ $j.password }}@{{ index $j.hosts 0 }}:{{ $j.tls.port | int64 }}',
  loop: '{{ range $i, $h := (fromJson .json).hosts }}host_{{ $i }}={{ $h | upper }}\n{{ end }}',
  config:
    '[server]\nhost = {{ .host | quote }}\nport = {{ .port }}\n{{- if eq .port "5432" }}\nkind = "postgres"\n{{- else }}\nkind = "other"\n{{- end }}\n{{ with .user }}user = {{ . | squote }}{{ end }}\n',
  yaml: '{{ dict "host" .host "port" (.port | int) "tags" (splitList "," .list) "nested" (fromJson .json) | toYaml }}',
  regex: '{{ .host | regexReplaceAll "([a-z]+)\\\\.example" "$1.internal" }} {{ regexMatch "^[0-9]+$" .port }}',
  strings:
    '{{ .host | replace "." "-" | trunc 10 | nindent 4 }}{{ .list | splitList "," | join ";" | indent 2 }}{{ .user | title | trimSuffix "x" | default "none" }}',
  shared:
    '{{ define "line" }}{{ .k }}={{ .v | quote }}\n{{ end }}{{ range $k, $v := fromJson .json }}{{ template "line" (dict "k" $k "v" $v) }}{{ end }}',
};

const rounds = 3000;
const cases = Object.entries(templates).map(([id, template]) => ({ id, template, data }));
const go = goTimings(cases, rounds);

/** Nanoseconds per turn, after a warm-up. */
function measure(turns: number, work: (at: number) => void): number {
  for (let at = 0; at < turns / 3; at++) work(at);
  const start = process.hrtime.bigint();
  for (let at = 0; at < turns; at++) work(at);
  return Number(process.hrtime.bigint() - start) / turns;
}

console.log('template        compile µs (Go, ratio)      run µs (Go, ratio)');
let compileRatio = 0;
let runRatio = 0;
cases.forEach(({ id, template }, at) => {
  const timing = go[at];
  if (timing === undefined) return;
  // A name of its own each time keeps the cache out.
  const compiling = measure(rounds, (turn) => void compile(`${id}${turn}-${rounds}`, template));
  const compiled = compile(id, template);
  const running = measure(rounds, () => void compiled.execute(data));
  compileRatio += compiling / timing.compileNanoseconds;
  runRatio += running / timing.executeNanoseconds;
  const show = (ours: number, theirs: number) =>
    `${(ours / 1000).toFixed(1).padStart(8)} (${(theirs / 1000).toFixed(1)}, ${(ours / theirs).toFixed(2)})`.padEnd(28);
  console.log(
    `${id.padEnd(12)}${show(compiling, timing.compileNanoseconds)}${show(running, timing.executeNanoseconds)}`,
  );
});
console.log(
  `mean ratio to Go: compile ${(compileRatio / cases.length).toFixed(2)}, run ${(runRatio / cases.length).toFixed(2)}`,
);

const mebibyte = 1024 * 1024;
const worst: Readonly<Record<string, readonly [string, string]>> = {
  'copy 1 MiB': ['{{ .x }}', 'x'.repeat(mebibyte)],
  'fromJson, toJson': [
    '{{ fromJson .x | toJson }}',
    JSON.stringify(Array.from({ length: 20_000 }, (_u, at) => ({ at, name: `n${at}`, ok: true }))).slice(0, mebibyte),
  ],
  toYaml: [
    '{{ fromJson .x | toYaml }}',
    JSON.stringify(Array.from({ length: 10_000 }, (_u, at) => ({ at, name: `n${at}` }))),
  ],
  fromYaml: [
    '{{ fromYaml .x | len }}',
    Array.from({ length: 15_000 }, (_u, at) => `key${at}: value number ${at}`).join('\n'),
  ],
  b64dec: ['{{ b64dec .x }}', Buffer.alloc(700_000, 7).toString('base64')],
  regexReplaceAll: ['{{ regexReplaceAll "[0-9]+" .x "n" }}', 'abc 123 '.repeat(mebibyte / 8)],
  quote: ['{{ quote .x | len }}', 'é"\n'.repeat(mebibyte / 4)],
  sha256sum: ['{{ sha256sum .x }}', 'x'.repeat(mebibyte)],
  'a loop to the limit': ['{{ range 100000000 }}{{ end }}', ''],
};
for (const [name, [template, x]] of Object.entries(worst)) {
  const compiled = compile(name, template);
  const start = performance.now();
  let end = '';
  try {
    compiled.execute({ x });
  } catch (error) {
    end = ` (${error instanceof Error ? error.message.slice(0, 80) : ''})`;
  }
  console.log(`${name.padEnd(22)}${(performance.now() - start).toFixed(0).padStart(6)} ms${end}`);
}
