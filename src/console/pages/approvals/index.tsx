import { Page } from '../../ui/parts';

/** Approvals. */
export function ApprovalsArea() {
  return (
    <Page title="Approvals">
      <p />
    </Page>
  );
}
