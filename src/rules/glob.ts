/** Whether a text fits a glob. */
export type Fits = (text: string) => boolean;

/**
 * Compiles a glob: `*` stands for any run of characters, the empty one included, `?` for exactly one UTF-16 code unit,
 * everything else for itself; without regard to case; the whole text must fit.
 *
 * Fits by walking pattern and text together and remembering only the last `*`: at most length(glob) x length(text) steps,
 * and with names of at most 260 characters that is a bound; a regular expression would have none for patterns like `*a*a*a`.
 */
export function compileGlob(glob: string): Fits {
  const pattern = glob.toLowerCase();
  if (!/[*?]/.test(pattern)) {
    return (text) => text.toLowerCase() === pattern;
  }
  if (/^\*+$/.test(pattern)) {
    return () => true;
  }
  return (text) => fits(pattern, text.toLowerCase());
}

/** `untakable`: a character that `?` does not stand for. */
function fits(pattern: string, text: string, untakable?: string): boolean {
  let inPattern = 0;
  let inText = 0;
  let star = -1;
  let resume = 0;
  while (inText < text.length) {
    const wanted = pattern[inPattern];
    const given = text[inText];
    if (wanted === '*') {
      star = inPattern;
      resume = inText;
      inPattern += 1;
    } else if (wanted !== undefined && (wanted === '?' ? given !== untakable : wanted === given)) {
      inPattern += 1;
      inText += 1;
    } else if (star >= 0) {
      // Let the last star take one character more; earlier stars need not move (the leftmost fit leaves the most text).
      resume += 1;
      inText = resume;
      inPattern = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') {
    inPattern += 1;
  }
  return inPattern === pattern.length;
}

/** Whether some text fits both globs. Exact: walks every pair of positions in the two, at most length x length of them. */
export function globsOverlap(left: string, right: string): boolean {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  // reachable[j]: the first i characters of a and the first j of b can stand for one text.
  let reachable: boolean[] = [];
  for (let i = 0; i <= a.length; i += 1) {
    const next: boolean[] = [];
    for (let j = 0; j <= b.length; j += 1) {
      const [x, y] = [a[i - 1], b[j - 1]];
      next[j] =
        (i === 0 && j === 0) ||
        // A star stands for nothing, or takes one more of what the other side stands for.
        ((x === '*' || y === '*') && (reachable[j] === true || next[j - 1] === true)) ||
        (x !== undefined && y !== undefined && (x === y || x === '?' || y === '?') && reachable[j - 1] === true);
    }
    reachable = next;
  }
  return reachable[b.length] === true;
}

/**
 * Whether every text that fits `narrow` certainly fits `wide`. Sound and not complete: a `*` of `narrow` is only ever taken
 * by a `*` of `wide`, so a few pairs that do cover each other are answered with no.
 */
export function globCovers(wide: string, narrow: string): boolean {
  // The wildcards of `narrow` are read as characters of a text: a `?` of `wide` takes its `?`, and only a `*` takes its `*`.
  return fits(wide.toLowerCase(), narrow.toLowerCase(), '*');
}
