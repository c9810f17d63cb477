import { SyncError } from '../error.ts';

/** What stands under a key of labels or annotations, and which text put it there. */
interface Entry {
  readonly value: string;
  readonly field: string;
  readonly prefix: string;
  /** Whether the key stands in the manifest; what a template made out of values is not named. */
  readonly written: boolean;
}

const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const DNS_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
/** Keys and values of all annotations, bytes (apimachinery, TotalAnnotationSizeLimitB). */
const MAX_ANNOTATION_BYTES = 256 * 1024;

/**
 * Labels or annotations that templates render. They are held to what Kubernetes takes before anything is sent: its own refusal
 * would quote the value.
 */
export class MetadataBuilder {
  readonly #kind: 'label' | 'annotation';
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(kind: 'label' | 'annotation') {
    this.#kind = kind;
  }

  /** Later texts win. @throws SyncError TEMPLATE_FAILED when Kubernetes takes no such key or value, or so much of it */
  set(key: string, entry: Entry): void {
    const { value } = entry;
    if (!this.#takes(key)) throw this.#refused(key, entry, 'makes a key that it cannot have');
    if (this.#kind === 'label' && !LABEL_VALUE.test(value))
      throw this.#refused(key, entry, 'renders what no label can hold: at most 63 letters, digits, dots, - and _');
    this.#bytes += bytesOf(key, value) - bytesOf(key, this.#entries.get(key)?.value);
    if (this.#bytes > MAX_ANNOTATION_BYTES)
      throw this.#refused(key, entry, `makes more than ${MAX_ANNOTATION_BYTES} bytes together with the others`);
    this.#entries.set(key, entry);
  }

  /** Of annotations the prefix may be written in any case. */
  #takes(key: string): boolean {
    return isQualifiedName(this.#kind === 'label' ? key : key.toLowerCase());
  }

  /** All of them, as a manifest has them. */
  toRecord(): Record<string, string> {
    return Object.fromEntries([...this.#entries].map(([key, { value }]) => [key, value]));
  }

  #refused(key: string, { field, prefix, written }: Entry, what: string): SyncError {
    const whose = written ? `${this.#kind} ${key}` : `a ${this.#kind} whose key the template makes`;
    return new SyncError({
      code: 'TEMPLATE_FAILED',
      field,
      what: `${prefix}the template of ${whose} ${what}`,
      nextStep: `Change the template so that it makes a valid ${this.#kind}.`,
    });
  }
}

/** `name` or `prefix/name`, as labels and annotations are called. */
function isQualifiedName(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  if (more.length > 0 || !NAME.test(name)) return false;
  return prefix === undefined || (prefix.length <= 253 && DNS_NAME.test(prefix));
}

function bytesOf(key: string, value: string | undefined): number {
  return value === undefined ? 0 : Buffer.byteLength(key) + Buffer.byteLength(value);
}
