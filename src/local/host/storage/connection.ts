/** Where a storage account is, and how to sign requests to it. */
export interface StorageConnection {
  readonly account: string;
  /** Base64. */
  readonly key: string;
  /** Without a trailing slash. */
  readonly blobEndpoint: string;
  readonly queueEndpoint: string;
}

// The emulator's published account: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
const emulator: StorageConnection = {
  account: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  blobEndpoint: 'http://127.0.0.1:10000/devstoreaccount1',
  queueEndpoint: 'http://127.0.0.1:10001/devstoreaccount1',
};

/**
 * Finds a storage connection among the app's settings by the name that a binding gives (`AzureWebJobsStorage` when it gives none).
 * Throws an error that names the setting.
 */
export function findConnection(
  env: Readonly<Record<string, string | undefined>>,
  name = 'AzureWebJobsStorage',
): StorageConnection {
  const text = env[name] ?? env[`AzureWebJobs${name}`];
  if (text === undefined || text === '') {
    throw new Error(
      `The setting '${name}' is not set. Give it a storage connection string, or UseDevelopmentStorage=true for Azurite.`,
    );
  }
  const fields = new Map(
    text
      .split(';')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const end = part.indexOf('=');
        return [part.slice(0, end).trim().toLowerCase(), part.slice(end + 1).trim()] as const;
      }),
  );
  if (fields.get('usedevelopmentstorage')?.toLowerCase() === 'true') return emulator;
  const account = fields.get('accountname');
  const key = fields.get('accountkey');
  if (account === undefined || key === undefined) {
    throw new Error(`The setting '${name}' is no storage connection string with AccountName and AccountKey.`);
  }
  const protocol = fields.get('defaultendpointsprotocol') ?? 'https';
  const suffix = fields.get('endpointsuffix') ?? 'core.windows.net';
  const endpoint = (service: string): string =>
    (fields.get(`${service}endpoint`) ?? `${protocol}://${account}.${service}.${suffix}`).replace(/\/$/, '');
  return { account, key, blobEndpoint: endpoint('blob'), queueEndpoint: endpoint('queue') };
}
