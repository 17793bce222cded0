import { Page } from '../../ui/parts';

/** Runs. */
export function RunsArea() {
  return (
    <Page title="Runs">
      <p />
    </Page>
  );
}
