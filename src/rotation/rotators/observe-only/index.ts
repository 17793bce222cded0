import { z } from 'zod';
import { defineRotator, type RotatorKind } from '../rotator';

const settingsSchema = z.strictObject({ kind: z.literal('observe-only') });

/** What people rotate by hand: they are told before it expires, and every new version is seen through to its consumers. */
export const observeOnly: RotatorKind = defineRotator<z.infer<typeof settingsSchema>>({
  kind: 'observe-only',
  summary: 'rotated by hand; warns before it expires and verifies that consumers take a new version',
  settings: settingsSchema,
  uses: () => [],
  make: () => null,
});
