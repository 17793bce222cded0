import type { BindingProvider } from '../bindings';
import type { TypedData } from '../core';
import { findConnection } from './connection';
import { resolveExpression, type ExpressionContext } from './expressions';
import { QueueClient } from './queue-client';

type Binding = Readonly<Record<string, unknown>>;

function textOption(binding: Binding, name: string): string {
  const value = binding[name];
  if (typeof value !== 'string' || value === '') throw new Error(`A ${String(binding.type)} binding has no "${name}".`);
  return value;
}

/** Bytes of a value that the app has set on an output. */
function toBytes(data: TypedData): Buffer {
  if (data.bytes !== undefined) return Buffer.from(data.bytes);
  return Buffer.from(data.string ?? data.json ?? String(data.int ?? data.double ?? ''), 'utf8');
}

/** Blob inputs and outputs: `path` is `container/name` and may hold binding expressions. */
export function blobBindings(context: ExpressionContext): BindingProvider {
  const open = async (binding: Binding, values: Readonly<Record<string, unknown>>) => {
    const { BlobServiceClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
    const path = resolveExpression(textOption(binding, 'path'), values, context);
    const [container = '', ...rest] = path.split('/');
    const { account, key, blobEndpoint } = findConnection(context.env, binding.connection as string | undefined);
    const service = new BlobServiceClient(blobEndpoint, new StorageSharedKeyCredential(account, key));
    const client = service.getContainerClient(container);
    return { client, blob: client.getBlockBlobClient(rest.join('/')) };
  };
  return {
    types: new Set(['blob']),
    async read(binding, values) {
      const { blob } = await open(binding, values);
      try {
        const bytes = await blob.downloadToBuffer();
        // As the real host: a text (which the library parses when it is JSON) unless the app asks for bytes.
        const binary = binding.dataType === 'binary' || binding.dataType === 'stream';
        return binary ? { bytes } : { string: bytes.toString('utf8') };
      } catch (error) {
        // As the real host: a blob that is not there is no value.
        if ((error as { statusCode?: number }).statusCode === 404) return {};
        throw error;
      }
    },
    async write(binding, data, values) {
      const { client, blob } = await open(binding, values);
      await client.createIfNotExists();
      await blob.uploadData(toBytes(data));
    },
  };
}

/** Queue outputs: a value is one message, an array is several. */
export function queueBindings(context: ExpressionContext): BindingProvider {
  return {
    types: new Set(['queue']),
    async write(binding, data, values) {
      const name = resolveExpression(textOption(binding, 'queueName'), values, context);
      const queue = new QueueClient(findConnection(context.env, binding.connection as string | undefined), name);
      await queue.create();
      for (const message of splitMessages(data)) await queue.send(message.toString('base64'));
    },
  };
}

function splitMessages(data: TypedData): Buffer[] {
  const parsed = data.json === undefined ? undefined : (JSON.parse(data.json) as unknown);
  if (!Array.isArray(parsed)) return [toBytes(data)];
  return parsed.map((item) => Buffer.from(typeof item === 'string' ? item : JSON.stringify(item), 'utf8'));
}
