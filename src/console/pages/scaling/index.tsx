import { Page } from '../../ui/parts';

/** Scaling. */
export function ScalingArea() {
  return (
    <Page title="Scaling">
      <p />
    </Page>
  );
}
