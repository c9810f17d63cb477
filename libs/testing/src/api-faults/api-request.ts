/** What a request to the API server is about, as its audit log would name it. */
export interface ApiRequest {
  readonly verb: ApiVerb;
  /** Plural name, such as `secrets`; empty for a path that is no resource (`/readyz`). */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly namespace?: string;
  /** Absent for a list, a watch, and a create. */
  readonly name?: string;
  /** Such as `status`. */
  readonly subresource?: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** What is sent, parsed; undefined where nothing is. */
  readonly body?: unknown;
}

/** The verbs that an audit log has for requests to resources; `other` for everything else. */
export type ApiVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'other';

/** Which requests or watches are meant: those that have all the named properties. */
export type RequestSelector = Partial<
  Pick<ApiRequest, 'verb' | 'resource' | 'group' | 'namespace' | 'name' | 'subresource'>
>;

/** `/api/v1/…` or `/apis/GROUP/VERSION/…`, then perhaps `namespaces/NAME/`, then `RESOURCE[/NAME[/SUBRESOURCE]]`. */
const PATH = /^\/(?:api|apis\/(?<group>[^/]+))\/[^/]+\/(?:namespaces\/(?<namespace>[^/]+)\/)?(?<rest>.+)$/;

/** Reads a request line and its body. A create has the name of the object in its body. */
export function parseApiRequest(method: string, path: string, body?: Buffer): ApiRequest {
  const { pathname, searchParams } = new URL(path, 'https://api');
  const content = body && body.length > 0 ? parsed(body) : undefined;
  const common = { method, path, ...(content === undefined ? {} : { body: content }) };
  const { group = '', namespace, rest = '' } = PATH.exec(pathname)?.groups ?? {};
  const [resource = '', name = nameIn(content), subresource] = rest.split('/');
  if (resource === '') return { ...common, verb: 'other', resource, group };
  const watch = ['1', 'true'].includes(searchParams.get('watch') ?? '');
  return {
    ...common,
    verb: verbOf(method, rest.includes('/'), watch),
    resource,
    group,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** Whether the request changes an object that users see: neither a Lease nor an event, which change all the time. */
export function isWrite({ verb, resource }: ApiRequest): boolean {
  return ['create', 'update', 'patch', 'delete'].includes(verb) && resource !== 'leases' && resource !== 'events';
}

/** Whether a request has all the properties of a selector. */
export function matchesSelector(selector: RequestSelector, request: ApiRequest): boolean {
  return Object.entries(selector).every(([key, value]) => request[key as keyof RequestSelector] === value);
}

function verbOf(method: string, one: boolean, watch: boolean): ApiVerb {
  switch (method) {
    case 'GET':
      return one ? 'get' : watch ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      return 'other';
  }
}

function nameIn(content: unknown): string | undefined {
  if (typeof content !== 'object' || content === null || !('metadata' in content)) return undefined;
  const { metadata } = content;
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata)) return undefined;
  return typeof metadata.name === 'string' ? metadata.name : undefined;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
