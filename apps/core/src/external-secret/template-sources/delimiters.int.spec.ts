import { configMaps } from '@eso/kube';
import { CoreProcess } from '../../testing/core-process.ts';

let core: CoreProcess;
beforeAll(async () => {
  core = await CoreProcess.start({ flags: ['--template-left-delimiter=[[', '--template-right-delimiter=]]'] });
});
afterAll(() => core.stop());

test('templates have the delimiters of the flags, in the manifest and in what it refers to [6.7.33]', async () => {
  const namespace = await core.tenant();
  core.backend.set('user', 'admin');
  const data = { t: 'from: "{{ [[ .user ]] }}"' };
  const metadata = { namespace, name: 'source' };
  await core.admin.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  const items = [{ key: 't', templateAs: 'KeysAndValues' as const }];
  const template = {
    engineVersion: 'v2' as const,
    mergePolicy: 'Replace' as const,
    data: { here: '{{ [[ .user ]] }}' },
    templateFrom: [{ target: 'Data', configMap: { name: 'source', items } }],
  };
  await core.create(namespace, 'app', ['user'], { spec: { target: { template } } });
  await core.holds(namespace, 'app', { here: '{{ admin }}', from: '{{ admin }}' });
});
