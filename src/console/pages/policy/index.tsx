import { Page } from '../../ui/parts';

/** Policy. */
export function PolicyArea() {
  return (
    <Page title="Policy">
      <p />
    </Page>
  );
}
