import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair } from 'yaml';
import type { InputProblem } from '../kernel/errors';
import { findUnsafePath, maximumDepth } from '../kernel/pollution';
import { pathText, unsafePathMessage } from '../signal';

/** The longest policy text, in UTF-16 code units: a thousand rules of ordinary size fit twice. */
export const maximumPolicyLength = 524_288;

/** So many problems of syntax are listed; one slip can make the reader complain about every line after it. */
const maximumSyntaxProblems = 20;

type Path = readonly PropertyKey[];

/** A policy text as it was read: its plain value, what is wrong with it as YAML, and where each part of it stands. */
export interface PolicyText {
  readonly value: unknown;
  readonly problems: readonly InputProblem[];
  /** Whether `value` can be looked at further; false when the text is no YAML at all. */
  readonly readable: boolean;
  /** Whether a problem was found at this path or above it, so that what its value lacks says nothing more. */
  isBroken(path: Path): boolean;
  /** One-based position of the key or the value at a path; of the nearest part above it when there is no such part. */
  positionOf(path: Path, onKey: boolean): { readonly line: number; readonly column: number };
}

interface Place {
  readonly key: number | undefined;
  readonly value: number | undefined;
}

class PolicyReader {
  readonly problems: InputProblem[] = [];
  private readonly lines = new LineCounter();
  private readonly places = new Map<string, Place>();
  private readonly broken = new Set<string>();

  read(text: string): PolicyText {
    let document: Document.Parsed | undefined;
    if (text.length > maximumPolicyLength) {
      this.report([], 0, `the document has ${text.length} characters; at most ${maximumPolicyLength} are read`);
    } else {
      document = this.parse(text);
    }
    const readable = document !== undefined && this.problems.length === 0;
    const value = document === undefined ? undefined : this.walk(document.contents, [], undefined);
    return {
      value,
      problems: this.problems,
      readable,
      isBroken: (path) =>
        path.some((_, index) => this.broken.has(keyOf(path.slice(0, index + 1)))) || this.broken.has(keyOf([])),
      positionOf: (path, onKey) => this.positionOf(path, onKey),
    };
  }

  private parse(text: string): Document.Parsed | undefined {
    const document = parseDocument(text, {
      lineCounter: this.lines,
      prettyErrors: false,
      logLevel: 'error',
      version: '1.2',
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      stringKeys: true,
      // Compares each key with each other one, which takes minutes for a document made of keys; see `walkMap`.
      uniqueKeys: false,
    });
    const exhausted = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
    if (exhausted !== undefined) {
      // Where the reader gave up depends on the machine's stack, so the place says nothing.
      this.report([], 0, unsafePathMessage(''));
      return undefined;
    }
    for (const { code, message, pos } of document.errors.slice(0, maximumSyntaxProblems)) {
      this.report(
        [],
        pos[0],
        code === 'NON_STRING_KEY' ? 'a key must be a plain text' : `is not YAML here: ${message}`,
      );
    }
    for (const { code, message, pos } of document.warnings) {
      if (code !== 'TAG_RESOLVE_FAILED') {
        this.report([], pos[0], message);
      }
    }
    if (document.directives.yaml.explicit === true || Object.keys(document.directives.tags).length > 1) {
      this.report([], 0, 'directives (%YAML, %TAG) are not taken; remove them');
    }
    return document;
  }

  private report(path: Path, offset: number, message: string): void {
    const { line, col } = this.lines.linePos(offset);
    this.problems.push({ path: pathText(path), message, line: Math.max(1, line), column: Math.max(1, col) });
  }

  private reject(path: Path, offset: number, message: string): undefined {
    this.broken.add(keyOf(path));
    this.report(path, offset, message);
    return undefined;
  }

  /** The plain value of a node. Written here, and not left to the library, because a policy has no anchors and no tags. */
  private walk(node: Node | null | undefined, path: Path, key: number | undefined): unknown {
    const start = node?.range?.[0];
    // `rules:` with nothing after it has an empty value somewhere behind; the key is what a reader looks for.
    const isEmpty = node === null || node === undefined || (isScalar(node) && node.source === '');
    this.places.set(keyOf(path), { key, value: isEmpty ? key : start });
    if (node === null || node === undefined) {
      return null;
    }
    const offset = start ?? key ?? 0;
    if (path.length > maximumDepth) {
      return this.reject(path, offset, unsafePathMessage(''));
    }
    if (isAlias(node)) {
      return this.reject(path, offset, `the alias *${node.source} is not taken; write the value out`);
    }
    if (node.anchor !== undefined) {
      this.reject(path, offset, `the anchor &${node.anchor} is not taken; write each value out where it is used`);
    }
    if (node.tag !== undefined) {
      this.reject(path, offset, `the tag ${node.tag} is not taken; remove it`);
    }
    if (isMap(node)) {
      return this.walkMap(node.items as Pair<Node, Node | null>[], path);
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => this.walk(item as Node, [...path, index], undefined));
    }
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return this.reject(path, offset, 'is not a finite number');
    }
    return value;
  }

  private walkMap(pairs: readonly Pair<Node, Node | null>[], path: Path): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const { key: keyNode, value } of pairs) {
      const key = isScalar(keyNode) ? String(keyNode.value) : '';
      const offset = keyNode?.range?.[0] ?? 0;
      const keyPath = [...path, key];
      if (isScalar(keyNode) && (keyNode.anchor !== undefined || keyNode.tag !== undefined)) {
        this.report(keyPath, offset, 'anchors and tags are not taken; remove the one before this key');
      }
      if (findUnsafePath({ [key]: null }) !== undefined) {
        this.report(keyPath, offset, unsafePathMessage(key));
      } else if (Object.hasOwn(result, key)) {
        const { line } = this.positionOf(keyPath, true);
        this.report(keyPath, offset, `is given a second time (first in line ${line}); keep one`);
      } else {
        result[key] = this.walk(value, keyPath, offset);
      }
    }
    return result;
  }

  private positionOf(path: Path, onKey: boolean): { readonly line: number; readonly column: number } {
    const place = this.places.get(keyOf(path));
    let offset = onKey ? (place?.key ?? place?.value) : (place?.value ?? place?.key);
    for (let length = path.length - 1; offset === undefined && length >= 0; length -= 1) {
      const above = this.places.get(keyOf(path.slice(0, length)));
      offset = above?.key ?? above?.value;
    }
    const { line, col } = this.lines.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

/**
 * Reads a YAML text into a plain value and remembers where everything stands. Takes the part of YAML 1.2 that JSON has too:
 * no anchors and aliases (a few lines of them can stand for gigabytes), no tags, no directives, no merge keys, one document,
 * every key once. Never throws for what the text holds: what is wrong is in `problems`.
 */
export function readPolicyText(text: string): PolicyText {
  return new PolicyReader().read(text);
}
