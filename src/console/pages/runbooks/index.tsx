import { Page } from '../../ui/parts';

/** Runbooks. */
export function RunbooksArea() {
  return (
    <Page title="Runbooks">
      <p />
    </Page>
  );
}
