import { Page } from '../../ui/parts';

/** Decisions. */
export function DecisionsArea() {
  return (
    <Page title="Decisions">
      <p />
    </Page>
  );
}
