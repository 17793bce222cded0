import { Page } from '../../ui/parts';

/** Stacks. */
export function StacksArea() {
  return (
    <Page title="Stacks">
      <p />
    </Page>
  );
}
