import { Page } from '../../ui/parts';

/** Incidents. */
export function IncidentsArea() {
  return (
    <Page title="Incidents">
      <p />
    </Page>
  );
}
