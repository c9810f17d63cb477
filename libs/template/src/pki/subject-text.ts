import { encodeText } from '../value/utf8.ts';
import type { Der } from './der-read.ts';
import { oid, tlv } from './der-write.ts';
import { oids } from './oids.ts';

/** The attributes that Go knows by name, in the order in which it writes them. */
const named: readonly (readonly [identifier: string, name: string])[] = [
  ['2.5.4.5', 'SERIALNUMBER'],
  [oids.commonName, 'CN'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.10', 'O'],
  ['2.5.4.17', 'POSTALCODE'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.6', 'C'],
];
/** Of these a name holds one: the last. */
const single = new Set<string>(['2.5.4.5', oids.commonName]);

const bmpString = 0x1e;
const t61String = 0x14;
const utf8String = 0x0c;
const printableString = 0x13;

/** The value of an attribute as a byte string in UTF-8. */
function valueText(value: Der): string {
  const content = Buffer.from(value.content());
  switch (value.tag) {
    case bmpString:
      return encodeText(
        content
          .subarray(0, content.length & ~1)
          .swap16()
          .toString('utf16le'),
      );
    case t61String:
      return encodeText(content.toString('latin1'));
    default:
      return content.toString('latin1');
  }
}

/** RFC 4514, as Go applies it. */
function escaped(text: string): string {
  return text.replace(/[,+"\\<>;]|^[ #]| $/g, '\\$&');
}

/** The type of string that Go chooses for a text. */
export function directoryString(text: string): Uint8Array {
  const tag = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? printableString : utf8String;
  return tlv(tag, Buffer.from(text, 'latin1'));
}

/** An attribute without a name: its identifier and its DER in hexadecimal. */
function unnamed(identifier: string, text: string): string {
  return `${identifier}=#${Buffer.from(directoryString(text)).toString('hex')}`;
}

/** A Name as Go's pkix.Name prints it: known attributes in a fixed order, the others behind them. A byte string. */
export function subjectText(name: Der): string {
  const attributes = name.children
    .flatMap((part) => part.children)
    .map((attribute) => {
      return { identifier: attribute.child(0).oid(), text: valueText(attribute.child(1)) };
    });
  const parts = named.flatMap(([identifier, label]) => {
    const texts = attributes.filter((attribute) => attribute.identifier === identifier).map(({ text }) => text);
    const kept = single.has(identifier) ? texts.slice(-1).filter((text) => text !== '') : texts;
    return kept.length === 0 ? [] : [kept.map((text) => `${label}=${escaped(text)}`).join('+')];
  });
  const known = new Set(named.map(([identifier]) => identifier));
  const others = attributes.filter(({ identifier }) => !known.has(identifier)).reverse();
  return [...parts, ...others.map(({ identifier, text }) => unnamed(identifier, text))].join(',');
}

/** A Name with nothing but a common name; an empty one has no attribute at all. */
export function nameOf(commonName: string): Uint8Array {
  if (commonName === '') return tlv(0x30);
  return tlv(0x30, tlv(0x31, tlv(0x30, oid(oids.commonName), directoryString(commonName))));
}
