/** One way to write a value, as bytes to look for. */
export interface Needle {
  readonly value: string;
  readonly encoding: string;
  readonly bytes: Buffer;
}

/** Shorter texts are found everywhere by chance. Bytes. */
const shortest = 10;

/**
 * A value in every form in which it could have been written by accident: plain, in base64 and base64url at each of the three
 * places at which it can stand in a longer text, in hexadecimal digits, percent-encoded, escaped for JSON once and twice, and in
 * UTF-16.
 */
export function needlesOf(value: string): readonly Needle[] {
  const plain = Buffer.from(value, 'utf8');
  const forms = new Map<string, Buffer>([
    ['plain', plain],
    ['hex', Buffer.from(plain.toString('hex'))],
    ['HEX', Buffer.from(plain.toString('hex').toUpperCase())],
    ['url', Buffer.from(encodeURIComponent(value))],
    ['form', Buffer.from(new URLSearchParams({ v: value }).toString().slice(2))],
    ['json', Buffer.from(escaped(value))],
    ['json in json', Buffer.from(escaped(escaped(value)))],
    ['utf16', Buffer.from(value, 'utf16le')],
  ]);
  for (const [name, encoding] of [
    ['base64', 'base64'],
    ['base64url', 'base64url'],
  ] as const) {
    for (const before of [0, 1, 2]) {
      // What stands before and behind the value changes the characters at its ends: those are left out.
      const text = Buffer.concat([Buffer.alloc(before), plain, Buffer.alloc(2)]).toString(encoding);
      const from = before === 0 ? 0 : before + 1;
      const until = Math.floor(((before + plain.length) * 4) / 3);
      forms.set(`${name}+${before}`, Buffer.from(text.slice(from, until)));
    }
  }
  const seen = new Set<string>();
  return [...forms].flatMap(([encoding, bytes]) => {
    const key = bytes.toString('latin1');
    if (bytes.length < shortest || seen.has(key)) {
      return [];
    }
    seen.add(key);
    return [{ value, encoding, bytes }];
  });
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
