import { Page } from '../../ui/parts';

/** Dead letters. */
export function DeadLettersArea() {
  return (
    <Page title="Dead letters">
      <p />
    </Page>
  );
}
