import { Page } from '../../ui/parts';

/** Secrets. */
export function SecretsArea() {
  return (
    <Page title="Secrets">
      <p />
    </Page>
  );
}
