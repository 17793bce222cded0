/** A value in the browser's storage, or `undefined` when there is none, it is not JSON, or storage is forbidden. */
export function readStored<Value>(storage: 'local' | 'session', name: string): Value | undefined {
  try {
    const text = storeOf(storage).getItem(`caretaker-${name}`);
    return text === null ? undefined : (JSON.parse(text) as Value);
  } catch {
    return undefined;
  }
}

/** Keeps a value; `undefined` removes it. Where storage is forbidden it is forgotten with the page. */
export function writeStored(storage: 'local' | 'session', name: string, value: unknown): void {
  try {
    if (value === undefined) storeOf(storage).removeItem(`caretaker-${name}`);
    else storeOf(storage).setItem(`caretaker-${name}`, JSON.stringify(value));
  } catch {
    // Private windows and full disks: the console works without.
  }
}

const storeOf = (storage: 'local' | 'session'): Storage => (storage === 'local' ? localStorage : sessionStorage);
