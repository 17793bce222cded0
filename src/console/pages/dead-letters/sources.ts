const names: Readonly<Record<string, string>> = {
  'azure-monitor': 'Azure Monitor',
  'event-grid': 'Event Grid',
  spacelift: 'Spacelift',
  'hcp-terraform': 'HCP Terraform',
};

/** Who sent a message, in words. */
export const sourceText = (source: string): string =>
  Object.hasOwn(names, source) ? (names[source] ?? source) : source;

/** Bytes as people read them. */
export const bytesText = (bytes: number): string =>
  bytes < 1000
    ? `${bytes} bytes`
    : bytes < 1_000_000
      ? `${(bytes / 1000).toFixed(1)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;
