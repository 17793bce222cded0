import { instantSchema } from '../../src/kernel/schemas';

/** An instant as the models hold it. */
export function iso(text: string): ReturnType<typeof instantSchema.parse> {
  return instantSchema.parse(text);
}
