const OBJECTS: Readonly<Record<string, string>> = {
  secrets: 'Secret',
  keys: 'Key',
  certificates: 'Certificate',
  deletedsecrets: 'DeletedSecret',
  deletedkeys: 'DeletedKey',
  deletedcertificates: 'DeletedCertificate',
};
const VERBS: Readonly<Record<string, string>> = {
  GET: 'Get',
  PUT: 'Set',
  PATCH: 'Update',
  DELETE: 'Delete',
  POST: 'Import',
};

/** Key Vault's name of a request, for metrics: one of a few fixed words, whatever the path holds. */
export function vaultOperation(method: string, path: string): string {
  const [collection = '', name, action] = path.split('/').filter((part) => part !== '');
  const object = OBJECTS[collection];
  if (object === undefined) return 'Other';
  if (action === 'recover') return `Recover${object}`;
  if (name === undefined) return `List${object}s`;
  // The only one that is put and not set.
  if (method === 'PUT' && collection === 'keys') return 'ImportKey';
  return `${VERBS[method] ?? 'Other'}${object}`;
}
