import { Tabs } from '../../ui/parts';

const tabs = [
  { name: 'Search', href: '/ledger' },
  { name: 'Verify', href: '/ledger/verify' },
  { name: 'Export', href: '/ledger/export' },
];

/** What one can do with the ledger. */
export function LedgerTabs({ current }: { readonly current: string }) {
  return <Tabs label="Ledger" tabs={tabs} current={current} />;
}
