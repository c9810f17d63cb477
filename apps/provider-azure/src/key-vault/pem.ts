/** One block of a PEM text. */
export interface PemSection {
  /** `CERTIFICATE`, `PRIVATE KEY`, … */
  readonly label: string;
  /** With its first and last line. */
  readonly text: string;
}

const BEGIN = /-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,62})-----/g;

/**
 * The blocks of a PEM text, in their order, whatever stands between them; those before the first that does not end. Undefined: it is
 * no PEM at all.
 */
export function pemBlocks(value: Uint8Array): readonly PemSection[] | undefined {
  const text = Buffer.from(value).toString('latin1');
  const blocks: PemSection[] = [];
  let isPem = false;
  let at = 0;
  for (const match of text.matchAll(BEGIN)) {
    isPem = true;
    const [begin, label = ''] = match;
    if (match.index < at) continue;
    const last = `-----END ${label}-----`;
    const end = text.indexOf(last, match.index + begin.length);
    if (end < 0) break;
    at = end + last.length;
    blocks.push({ label, text: text.slice(match.index, at) });
  }
  return isPem ? blocks : undefined;
}
