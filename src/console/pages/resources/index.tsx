import { Page } from '../../ui/parts';

/** Resources. */
export function ResourcesArea() {
  return (
    <Page title="Resources">
      <p />
    </Page>
  );
}
