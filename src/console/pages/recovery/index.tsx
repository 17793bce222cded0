import { Page } from '../../ui/parts';

/** Recovery. */
export function RecoveryArea() {
  return (
    <Page title="Recovery">
      <p />
    </Page>
  );
}
