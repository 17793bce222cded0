import { Page } from '../../ui/parts';

/** Dns. */
export function DnsArea() {
  return (
    <Page title="Dns">
      <p />
    </Page>
  );
}
