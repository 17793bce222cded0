import { Page } from '../../ui/parts';

/** Ledger. */
export function LedgerArea() {
  return (
    <Page title="Ledger">
      <p />
    </Page>
  );
}
