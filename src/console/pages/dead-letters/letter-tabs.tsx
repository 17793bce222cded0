import { now } from '../../api/now';
import { Tabs } from '../../ui/parts';

/** Both kinds of what did not get through, with how many there are. */
export function LetterTabs({ current }: { readonly current: string }) {
  const counts = now.value?.counts;
  return (
    <Tabs
      label="Dead letters"
      current={current}
      tabs={[
        { name: 'Messages refused', href: '/dead-letters', count: counts?.deadLetters?.count },
        {
          name: 'Notifications given up',
          href: '/dead-letters/notifications',
          count: counts?.undelivered ?? undefined,
        },
      ]}
    />
  );
}
