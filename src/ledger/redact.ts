/** What stands in the place of a secret. */
export const redacted = '[redacted]';

/** Names of members, fields and parameters whose values are taken for secrets. Rather one too many than one too few. */
const secretName =
  /pass(?:word|wd|phrase|code)|pwd|secret|token|credential|authorization|connection_?-?string|sas_?-?ur[il]|signature|(?:^|[a-z0-9_.-])key$|^key$/i;

/**
 * Secrets by their own look, wherever they stand: in a URL, a header, a connection string, running text. Each pattern keeps
 * the name and replaces the value. All are linear in the length of the text, as it comes from outside.
 */
const patterns: readonly RegExp[] = [
  /\b((?:sig|code|sas|pwd|pass|password|passwd|secret|client_secret|token|access_token|refresh_token|id_token|api_?-?key|key)=)[^&\s"'<>\\;,]+/gi,
  /\b((?:AccountKey|SharedAccessKey|SharedAccessSignature|SharedSecretValue|Password|Pwd|AccessKey)\s*=\s*)[^;\s"'\\]+/gi,
  /\b((?:Bearer|Basic|SharedKey|SharedAccessSignature)\s+)[A-Za-z0-9._~+/:=%&-]{6,}/g,
  // Variables as programs print them: `DB_PASSWORD=...`. Names of more than some eighty characters are none.
  /(?<![A-Za-z0-9_])([A-Za-z0-9_]{0,40}(?:password|passwd|secret|token|api_?key|access_?key|private_?key|credentials?)[A-Za-z0-9_]{0,40}=)[^\s"'<>\\;,&]+/gi,
  // A JSON Web Token and a private key, without any name.
  /()(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g,
  /(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)[^-]+/g,
];

/** A member in JSON that is itself inside of a JSON string, at any depth: its quotes have backslashes before them. */
const nestedMember = /(\\{1,15}")([^"\\]{1,100})\1(\s{0,20}:\s{0,20})(?:\1((?:(?!\\{0,15}").)*)|-?\d[\d.eE+-]*)/gs;

/**
 * Replaces everything in a text that looks like a secret: values of members with telling names in JSON, also in JSON that is
 * broken or cut off or inside of a string; query parameters, headers, connection strings, tokens. Works on the text, so the rest
 * stays as it was, letter by letter. It is a net and not a proof: a secret under an innocent name stays.
 */
export function redactSecrets(text: string): { readonly text: string; readonly count: number } {
  let count = 0;
  const members = redactMembers(text);
  count += members.count;
  let result = members.text.replace(
    nestedMember,
    (whole: string, quote: string, name: string, colon: string, value?: string) => {
      if (!secretName.test(name) || value === redacted) {
        return whole;
      }
      count += 1;
      return `${quote}${name}${quote}${colon}${quote}${redacted}${value === undefined ? quote : ''}`;
    },
  );
  for (const pattern of patterns) {
    result = result.replace(pattern, (whole: string, kept: string) => {
      if (whole === `${kept}${redacted}`) {
        return whole;
      }
      count += 1;
      return `${kept}${redacted}`;
    });
  }
  return { text: result, count };
}

/** One pass over JSON-like text: a string followed by a colon is a name; the value after a telling name is replaced whole. */
function redactMembers(text: string): { readonly text: string; readonly count: number } {
  let result = '';
  let copied = 0;
  let count = 0;
  let index = 0;
  while (index < text.length) {
    if (text[index] !== '"') {
      index += 1;
      continue;
    }
    const end = endOfString(text, index);
    const colon = skipSpace(text, end);
    if (text[colon] !== ':' || !secretName.test(nameIn(text.slice(index, end)))) {
      index = end;
      continue;
    }
    const start = skipSpace(text, colon + 1);
    const after = endOfValue(text, start);
    const value = text.slice(start, after);
    if (value !== '' && value !== 'null' && value !== 'true' && value !== 'false' && value !== '""') {
      result += `${text.slice(copied, start)}"${redacted}"`;
      copied = after;
      count += 1;
    }
    index = Math.max(after, end);
  }
  return { text: result + text.slice(copied), count };
}

/** A name may be written with escapes (`pass\u0077ord`). */
function nameIn(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal.slice(1, -1);
  }
}

function skipSpace(text: string, from: number): number {
  let index = from;
  while (index < text.length && /\s/.test(text[index] as string)) {
    index += 1;
  }
  return index;
}

/** Just after the string's closing quote; the end of the text when it has none. */
function endOfString(text: string, from: number): number {
  for (let index = from + 1; index < text.length; index += 1) {
    if (text[index] === '\\') {
      index += 1;
    } else if (text[index] === '"') {
      return index + 1;
    }
  }
  return text.length;
}

/** Just after a value of any kind; the end of the text when it is cut off. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  let index = from;
  while (index < text.length) {
    const character = text[index] as string;
    if (character === '"') {
      index = endOfString(text, index);
      if (depth === 0) {
        return index;
      }
      continue;
    }
    if (character === '{' || character === '[') {
      depth += 1;
    } else if (character === '}' || character === ']') {
      if (depth <= 1) {
        return depth === 1 ? index + 1 : index;
      }
      depth -= 1;
    } else if (depth === 0 && /[\s,]/.test(character)) {
      return index;
    }
    index += 1;
  }
  return index;
}
