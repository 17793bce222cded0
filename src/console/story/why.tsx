import { pathOf } from '../api/client';
import { useRead } from '../api/queries';
import { Loaded } from '../ui/parts';
import type { SaidAnswer } from './types';
import { Said } from './words-view';

/** Why a signal or a run led to what it led to, in sentences. */
export function Why({ id, every = false }: { readonly id: string; readonly every?: number | false }) {
  const why = useRead<SaidAnswer>(pathOf`why/${id}`, {}, { every });
  return (
    <Loaded of={why} lines={6}>
      {({ said }) => <Said said={said} />}
    </Loaded>
  );
}
