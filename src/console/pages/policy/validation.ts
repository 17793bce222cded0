import { useEffect, useState } from 'preact/hooks';
import { call } from '../../api/client';
import type { Validation } from './types';

const typingPause = 450;

/** How a text stands with the API's check; `of` is the text that was checked. */
export interface Checked {
  readonly isChecking: boolean;
  readonly result: Validation | undefined;
  readonly error: unknown;
}

/** Has the API check a text whenever it has not changed for a moment. A newer text gives up the check of an older one. */
export function useValidation(text: string): Checked {
  const [checked, setChecked] = useState<Checked>({ isChecking: true, result: undefined, error: undefined });
  useEffect(() => {
    if (text.trim() === '') {
      setChecked({ isChecking: false, result: undefined, error: undefined });
      return undefined;
    }
    const abort = new AbortController();
    setChecked((before) => ({ ...before, isChecking: true }));
    const timer = setTimeout(() => {
      call<Validation>('POST', 'policy/validate', { body: { text }, signal: abort.signal }).then(
        ({ body }) => setChecked({ isChecking: false, result: body, error: undefined }),
        (error: unknown) => {
          if (!abort.signal.aborted) setChecked({ isChecking: false, result: undefined, error });
        },
      );
    }, typingPause);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return checked;
}
