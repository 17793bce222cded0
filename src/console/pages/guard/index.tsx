import { Page } from '../../ui/parts';

/** Guard. */
export function GuardArea() {
  return (
    <Page title="Guard">
      <p />
    </Page>
  );
}
