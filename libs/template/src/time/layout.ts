/** The elements of Go's reference layout, written as in the layout `Mon Jan 2 15:04:05 MST 2006`. */
export type LayoutElement =
  | '2006'
  | '06'
  | 'January'
  | 'Jan'
  | '1'
  | '01'
  | 'Monday'
  | 'Mon'
  | '2'
  | '_2'
  | '02'
  | '__2'
  | '002'
  | '15'
  | '3'
  | '03'
  | '4'
  | '04'
  | '5'
  | '05'
  | 'PM'
  | 'pm'
  | 'MST'
  | ZoneElement
  | 'fraction';

/** The forms in which a layout may ask for the offset of a zone. */
export type ZoneElement =
  'Z0700' | 'Z070000' | 'Z07' | 'Z07:00' | 'Z07:00:00' | '-0700' | '-070000' | '-07' | '-07:00' | '-07:00:00';

/** A part of a layout: text as it is, or an element. A fraction of seconds has its form in `source`: `.000`, `,999`. */
export interface LayoutPart {
  readonly element: LayoutElement | undefined;
  readonly source: string;
}

// The order is that of Go's search. `_2006` is an underscore and a year; names end where a small letter follows.
const element =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|_(?=2006)|_2|__2|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?![0-9])/g;

/** Splits a layout into text and elements. */
export function layoutParts(layout: string): LayoutPart[] {
  const parts: LayoutPart[] = [];
  let text = 0;
  const flush = (end: number) => {
    if (end > text) parts.push({ element: undefined, source: layout.slice(text, end) });
  };
  element.lastIndex = 0;
  for (let match = element.exec(layout); match !== null; match = element.exec(layout)) {
    const [source] = match;
    if (source === '_') continue;
    flush(match.index);
    text = match.index + source.length;
    const isFraction = source.startsWith('.') || source.startsWith(',');
    parts.push({ element: isFraction ? 'fraction' : (source as LayoutElement), source });
  }
  flush(layout.length);
  return parts;
}
