import { Page } from './parts';

/** In the place of a page that there is not. */
export function Nowhere() {
  return (
    <Page title="There is no such page">
      <p>The address is not one of this console. Search with / or go to a place on the left.</p>
    </Page>
  );
}
