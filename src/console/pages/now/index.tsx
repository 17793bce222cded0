import { now } from '../../api/now';
import { Loading, Page } from '../../ui/parts';

/** What is open, what waits, what changed. */
export function NowPage() {
  return (
    <Page title="Now">
      {now.value === undefined ? <Loading lines={8} /> : <p>{now.value.incidents?.length} open</p>}
    </Page>
  );
}
